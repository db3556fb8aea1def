// A language that sounds French: words made of syllables, inflected as nouns, adjectives and verbs are.
const ONSETS = ['b', 'br', 'c', 'ch', 'd', 'f', 'fl', 'g', 'gr', 'j', 'l', 'm', 'n', 'p', 'pl', 'pr', 'r', 's', 't', 'tr', 'v', 'vr'];
const VOWELS = ['a', 'a', 'e', 'é', 'i', 'i', 'o', 'o', 'u', 'ou', 'oi', 'ai', 'an', 'on', 'in', 'eau'];
const CODAS = ['', '', '', 'l', 'r', 'n', 's', 't', 'c'];
const INFLECTIONS = [
  ['', '', 's'], // noun: singular twice as often
  ['', 'e', 's', 'es'], // adjective
  ['er', 'e', 'ent', 'ant', 'é', 'ée', 'és'], // verb
  ['ation', 'ations'], ['ement', 'ements'], ['eur', 'euse', 'eurs'],
];
// What every French text is full of; stop words of the index, so they cost and find nothing.
const SMALL = ['de', 'la', 'le', 'et', 'les', 'des', 'à', 'en', 'du', 'pour', 'dans', 'avec', 'sur', 'un', 'une', 'par', 'au'];
const LEMMAS = 24000;

export function language(draw, zipf) {
  const lemmas = [];
  const seen = new Set();
  while (lemmas.length < LEMMAS) {
    let stem = '';
    for (let syllables = draw.chance(0.2) ? 1 : 2; syllables > 0; syllables--) {
      stem += draw.pick(ONSETS) + draw.pick(VOWELS) + (syllables > 1 ? '' : draw.pick(CODAS));
    }
    const endings = INFLECTIONS[Math.floor(lemmas.length / 7) % INFLECTIONS.length];
    if (!seen.has(stem)) {
      seen.add(stem);
      lemmas.push(endings.map((ending) => stem + ending));
    }
  }
  const rank = zipf(LEMMAS, draw.random);
  const word = () => draw.pick(lemmas[rank()]);
  const text = (count) => {
    const words = [];
    for (let i = 0; i < count; i++) {
      if (draw.chance(0.35)) words.push(draw.pick(SMALL));
      words.push(word());
    }
    const joined = words.join(' ');
    return joined[0].toUpperCase() + joined.slice(1);
  };
  return { word, text, lemmas };
}
