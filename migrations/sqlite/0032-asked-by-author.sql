-- Who leaves is forgotten in the letters that asked them: found by their name, not by reading all.
CREATE INDEX freshness_ask_by_author ON freshness_ask (author);
