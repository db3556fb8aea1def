/* KML, GPX, feeds and any other XML as neutral records. */
#include "record_fixture.h"

#define KML "<kml xmlns=\"http://www.opengis.net/kml/2.2\">"

static void a_placemark_gives_its_words_data_folders_and_point(void **state) {
    (void)state;
    expect(SLICE("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n" KML
                 "<Document><name>La carte</name><Style id=\"s\"><IconStyle/></Style>"
                 "<Folder><name>Jardins</name><Folder><name>Partagés</name>"
                 "<Placemark id=\"p1\"><name>La Calamine</name>"
                 "<description><![CDATA[Un <b>jardin</b> &amp; plus]]></description>"
                 "<address>rue Haute</address><phoneNumber>04 79</phoneNumber>"
                 "<atom:link xmlns:atom=\"http://www.w3.org/2005/Atom\" href=\"https://a.fr\"/>"
                 "<styleUrl>#s</styleUrl><ExtendedData><Data name=\"surface\"><displayName>S"
                 "</displayName><value>300</value></Data><SchemaData schemaUrl=\"#x\"><SimpleData "
                 "name=\"eau\">oui</SimpleData></SchemaData></ExtendedData>"
                 "<Point><coordinates>5.5,45.25,200</coordinates></Point></Placemark></Folder>"
                 "<Placemark><name>B</name></Placemark></Folder>"
                 "<Placemark><name>C</name></Placemark></Document></kml>"),
           RECORD_KML,
           "id=p1;name=La Calamine;description=Un <b>jardin</b> &amp; plus;address=rue Haute;"
           "phone=04 79;website=https://a.fr;surface=300;eau=oui;folder=[Jardins|Partagés];"
           "@45.25,5.5 point\n"
           "name=B;folder=[Jardins];\n"
           "name=C;\n");
}

static void kml_goes_by_any_prefix_and_version(void **state) {
    (void)state;
    expect(SLICE("<k:kml xmlns:k=\"http://earth.google.com/kml/2.1\"><k:Placemark><k:name>A"
                 "</k:name><k:Point><k:coordinates>1,2</k:coordinates></k:Point></k:Placemark>"
                 "</k:kml>"),
           RECORD_KML, "name=A;@2,1 point\n");
    expect(SLICE("<kml><Placemark><name>A</name></Placemark></kml>"), RECORD_KML, "name=A;\n");
}

static void every_kml_geometry_gives_a_place(void **state) {
    (void)state;
    expect(SLICE(KML
                 "<Folder><Placemark><name>line</name><LineString><coordinates>\n 1,2,0\n 3,4,0 "
                 "</coordinates></LineString></Placemark>"
                 "<Placemark><name>area</name><Polygon><outerBoundaryIs><LinearRing><coordinates>"
                 "0,0 0,4 2,4 2,0 0,0</coordinates></LinearRing></outerBoundaryIs></Polygon>"
                 "</Placemark>"
                 "<Placemark><name>both</name><MultiGeometry><LineString><coordinates>9,9 8,8"
                 "</coordinates></LineString><Point><coordinates>7, 6, 5</coordinates></Point>"
                 "</MultiGeometry></Placemark>"
                 "<Placemark><name>track</name><gx:Track "
                 "xmlns:gx=\"http://www.google.com/kml/ext/2.2\"><when>2020</when><gx:coord>1.5 "
                 "2.5 9</gx:coord><gx:coord>3 4 9</gx:coord></gx:Track></Placemark>"
                 "<Placemark><name>none</name><Point><coordinates/></Point></Placemark></Folder>"
                 "</kml>"),
           RECORD_KML,
           "name=line;@3,2 line\nname=area;@2,1 polygon\nname=both;@6,7 mixed\n"
           "name=track;@3.25,2.25 line\nname=none;\n");
}

static void kml_times_are_start_and_end(void **state) {
    (void)state;
    expect(SLICE(KML "<Placemark><name>A</name><TimeSpan><begin>2024-05</begin><end>2024-06</end>"
                     "</TimeSpan></Placemark><Placemark><name>B</name><TimeStamp><when>2024</when>"
                     "</TimeStamp></Placemark></kml>"),
           RECORD_KML, "name=A;start=2024-05;end=2024-06;\nname=B;start=2024;\n");
}

static void bad_coordinates_cost_the_place_only_and_are_said(void **state) {
    (void)state;
    struct reading reading =
        reading_of(SLICE(KML "<Placemark><name>A</name><Point><coordinates>5,95</coordinates>"
                             "</Point></Placemark><Placemark><name>B</name><Point><coordinates>"
                             "north</coordinates></Point></Placemark></kml>"),
                   100000, 0);
    assert_slice(buf_slice(&reading.text), "name=A;\nname=B;\n");
    assert_slice(buf_slice(&reading.notes), "2 coordinates that cannot be read were left out: \n");
    reading_free(&reading);
}

static void a_network_link_is_told_and_not_followed(void **state) {
    (void)state;
    expect_failure(SLICE(KML "<NetworkLink><Link><href>https://a.fr/b.kml</href></Link>"
                             "</NetworkLink></kml>"),
                   ERR_UNSUPPORTED, "import that address: https://a.fr/b.kml");
    struct reading reading =
        reading_of(SLICE(KML "<Document><name>T</name><NetworkLink><Link><href>"
                             "h</href></Link></NetworkLink><Placemark><name>A"
                             "</name></Placemark></Document></kml>"),
                   100000, 0);
    assert_slice(buf_slice(&reading.notes),
                 "1 a link to another file is not followed: import that one too: h\n");
    assert_string_equal(reading.title, "T");
    reading_free(&reading);
}

static void waypoints_routes_and_tracks_are_records(void **state) {
    (void)state;
    expect(
        SLICE("<gpx version=\"1.1\" xmlns=\"http://www.topografix.com/GPX/1/1\" "
              "xmlns:o=\"https://osmand.net\"><metadata><name>M</name></metadata>"
              "<wpt lat=\"45.5\" lon=\"5.5\"><ele>2</ele><time>2024-01-02T03:04:05Z</time>"
              "<name>A</name><cmt>c</cmt><desc>d</desc><link href=\"https://a.fr\"><text>x</text>"
              "</link><link href=\"https://b.fr\"/><sym>Flag</sym><type>Jardin</type><fix>3d"
              "</fix><extensions><o:icon>x</o:icon><o:g><o:address>rue</o:address></o:g>"
              "</extensions></wpt>"
              "<rte><name>R</name><rtept lat=\"1\" lon=\"2\"/><rtept lat=\"3\" lon=\"4\"/></rte>"
              "<trk><name>T</name><trkseg/><trkseg><trkpt lat=\"5\" lon=\"6\"><ele>1</ele>"
              "</trkpt></trkseg></trk></gpx>"),
        RECORD_GPX,
        "altitude=2;updated=2024-01-02T03:04:05Z;name=A;comment=c;description=d;"
        "links=[https://a.fr|https://b.fr];symbol=Flag;type=Jardin;address=rue;@45.5,5.5 point\n"
        "name=R;@1,2 line\nname=T;@5,6 line\n");
    expect(SLICE("<gpx version=\"1.0\" xmlns=\"http://www.topografix.com/GPX/1/0\"><wpt lat=\"1\" "
                 "lon=\"2\"><name>A</name><url>https://a.fr</url></wpt></gpx>"),
           RECORD_GPX, "name=A;website=https://a.fr;@1,2 point\n");
}

static void an_rss_item_gives_all_it_says(void **state) {
    (void)state;
    expect(SLICE("<rss version=\"2.0\" xmlns:content=\"http://purl.org/rss/1.0/modules/content/\" "
                 "xmlns:dc=\"http://purl.org/dc/elements/1.1/\" "
                 "xmlns:media=\"http://search.yahoo.com/mrss/\"><channel><title>Feed</title>"
                 "<link>https://a.fr</link><language>fr-FR</language><item><title>A &amp; B</title>"
                 "<link>https://a.fr/1</link><guid isPermaLink=\"false\">g1</guid>"
                 "<description>court</description><content:encoded><![CDATA[<p>long</p>]]>"
                 "</content:encoded><dc:creator>Camille</dc:creator><author>a@b.fr (Zoé)</author>"
                 "<category>Eau</category><category>Sols</category><category>Eau</category>"
                 "<pubDate>Mon, 06 Sep 2021 16:20:00 +0200</pubDate>"
                 "<enclosure url=\"https://a.fr/i.jpg\" type=\"image/jpeg\" length=\"1\"/>"
                 "<media:content url=\"https://a.fr/v.mp4\" medium=\"video\"/>"
                 "<comments>https://a.fr/1#c</comments></item></channel></rss>"),
           RECORD_FEED,
           "title=A & B;id=g1;author=Camille;author (2)=Zoé;categories=[Eau|Sols];"
           "image=[https://a.fr/i.jpg];video=[https://a.fr/v.mp4];website=https://a.fr/1;"
           "description=<p>long</p>;summary=court;updated=2021-09-06T14:20:00Z;language=fr;\n");
}

static void rss_1_and_atom_say_the_same(void **state) {
    (void)state;
    expect(
        SLICE("<r:RDF xmlns:r=\"http://www.w3.org/1999/02/22-rdf-syntax-ns#\" "
              "xmlns=\"http://purl.org/rss/1.0/\" xmlns:d=\"http://purl.org/dc/elements/1.1/\">"
              "<channel r:about=\"x\"><title>T</title><items/></channel>"
              "<item r:about=\"https://a.fr/1\"><title>A</title><link>https://a.fr/1</link>"
              "<d:date>2020-01-02</d:date><d:subject>Eau</d:subject></item></r:RDF>"),
        RECORD_FEED,
        "title=A;categories=[Eau];id=https://a.fr/1;website=https://a.fr/1;updated=2020-01-02;\n");
    expect(
        SLICE("<a:feed xmlns:a=\"http://www.w3.org/2005/Atom\"><a:title>T</a:title><a:entry>"
              "<a:title type=\"html\">A</a:title><a:id>tag:1</a:id>"
              "<a:link rel=\"self\" href=\"https://a.fr/s\"/><a:link href=\"https://a.fr/1\"/>"
              "<a:link rel=\"enclosure\" type=\"audio/mpeg\" href=\"https://a.fr/1.mp3\"/>"
              "<a:published>2020-01-01T00:00:00Z</a:published>"
              "<a:updated>2020-01-02T00:00:00Z</a:updated><a:summary>court</a:summary>"
              "<a:content type=\"xhtml\"><x:div xmlns:x=\"http://www.w3.org/1999/xhtml\"><x:p>un "
              "<x:b>mot</x:b> <x:i>ici</x:i></x:p></x:div></a:content>"
              "<a:author><a:name>Zoé</a:name><a:email>z@a.fr</a:email></a:author>"
              "<a:category term=\"eau\" label=\"L'eau\"/></a:entry></a:feed>"),
        RECORD_FEED,
        "title=A;id=tag:1;audio=[https://a.fr/1.mp3];author=Zoé;categories=[L'eau];"
        "website=https://a.fr/1;description=<div><p>un <b>mot</b> <i>ici</i></p></div>;"
        "summary=court;updated=2020-01-02T00:00:00Z;\n");
}

#define ITEM(inside)                                                                               \
    "<rss xmlns:georss=\"http://www.georss.org/georss\" xmlns:gml=\"http://www.opengis.net/gml\" " \
    "xmlns:geo=\"http://www.w3.org/2003/01/geo/wgs84_pos#\"><channel><item>" inside                \
    "</item></channel></rss>"

static void georss_gml_and_w3c_say_where(void **state) {
    (void)state;
    expect(SLICE(ITEM("<georss:point>45.5 -5.5</georss:point>")), RECORD_FEED,
           "@45.5,-5.5 point\n");
    expect(SLICE(ITEM("<georss:line>1 2 3 4</georss:line>")), RECORD_FEED, "@2,3 line\n");
    expect(SLICE(ITEM("<georss:polygon>0 0 4 0 4 2 0 0</georss:polygon>")), RECORD_FEED,
           "@3.5,0.875 polygon\n");
    expect(SLICE(ITEM("<georss:box>0 0 4 2</georss:box>")), RECORD_FEED, "@2,1 polygon\n");
    expect(SLICE(ITEM("<georss:where><gml:Point><gml:pos>45.5 5.5</gml:pos></gml:Point>"
                      "</georss:where>")),
           RECORD_FEED, "@45.5,5.5 point\n");
    expect(SLICE(ITEM("<georss:where><gml:LineString><gml:posList>1 2\n3 4</gml:posList>"
                      "</gml:LineString></georss:where>")),
           RECORD_FEED, "@2,3 line\n");
    expect(SLICE(ITEM("<geo:lat>45.5</geo:lat><geo:long>5.5</geo:long>")), RECORD_FEED,
           "@45.5,5.5 point\n");
    expect(SLICE(ITEM("<geo:Point><geo:lat>45.5</geo:lat><geo:long>5.5</geo:long></geo:Point>")),
           RECORD_FEED, "@45.5,5.5 point\n");
    /* a prefix that nobody declared is meant as everybody means it */
    expect(
        SLICE("<rss><channel><item><georss:point>45.5 5.5</georss:point></item></channel></rss>"),
        RECORD_FEED, "@45.5,5.5 point\n");
}

static void feeds_are_read_as_they_really_come(void **state) {
    (void)state;
    struct reading reading = reading_of(
        SLICE(
            "\n\n<?xml version=\"1.0\"?><!DOCTYPE rss PUBLIC \"-//Netscape//DTD RSS 0.91//EN\" "
            "\"http://my.netscape.com/rss-0.91.dtd\"><rss><channel><item><title>R&eacute;par&#146;"
            "e &nbsp;AT&T\x0B<![CDATA[ &eacute; a&b]]></title><link>https://a.fr/?a=1&b=2</link>"
            "</item></channel></rss>"),
        100000, 0);
    assert_slice(buf_slice(&reading.text),
                 "title=Répar’e \xC2\xA0"
                 "AT&T  &eacute; a&b;id=https://a.fr/?a=1&b=2;website=https://a.fr/?a=1&b=2;\n");
    assert_slice(buf_slice(&reading.notes),
                 "3 an & or a character reference that XML does not know was mended: \n"
                 "1 control characters that XML does not allow became spaces: \n");
    reading_free(&reading);
}

static void the_records_of_any_list_are_found(void **state) {
    (void)state;
    static const char *const text = "@id=1;nom=A;adresse.ville=X;tags.tag=[a|b];\n"
                                    "@id=2;nom=B;adresse.ville=Y;\n";
#define LIEUX                                                                                      \
    "<lieu id=\"1\"><nom>A</nom><adresse><ville>X</ville></adresse><tags><tag>a</tag><tag>b</tag>" \
    "</tags></lieu><lieu id=\"2\"><nom>B</nom><adresse><ville>Y</ville></adresse></lieu>"
    expect(SLICE("<lieux>" LIEUX "</lieux>"), RECORD_XML, text);
    expect(SLICE("<r><total>2</total><date>x</date><lieux>" LIEUX "</lieux></r>"), RECORD_XML,
           text);
    expect(SLICE("<r><x><lieux>" LIEUX "</lieux></x></r>"), RECORD_XML, text);
    expect(SLICE("<markers><marker lat=\"1\" lng=\"2\" name=\"A\"/><marker lat=\"3\" lng=\"4\"/>"
                 "</markers>"),
           RECORD_XML, "@lat=1;@lng=2;@name=A;\n@lat=3;@lng=4;\n");
    expect(SLICE("<lieu><nom>A</nom><ville>X</ville><h j=\"1\"/><h j=\"2\"/></lieu>"), RECORD_XML,
           "nom=A;ville=X;h.@j=[1|2];\n");
    expect(
        SLICE("<lieux><lieu><nom>A</nom><ville>X</ville><h j=\"1\"/><h j=\"2\"/></lieu></lieux>"),
        RECORD_XML, "nom=A;ville=X;h.@j=[1|2];\n");
    expect(SLICE("<osm><node id=\"1\" lat=\"2\" lon=\"3\"><tag k=\"name\" v=\"A\"/></node>"
                 "<node id=\"2\" lat=\"2\" lon=\"3\"/></osm>"),
           RECORD_XML, "@id=1;@lat=2;@lon=3;name=A;\n@id=2;@lat=2;@lon=3;\n");
}

static void gml_features_give_their_place_in_any_system(void **state) {
    (void)state;
    /* the corner of Lambert-93: 3° E, 46° 30' N is 700000, 6600000 by definition */
    expect(SLICE("<w:FeatureCollection xmlns:w=\"http://www.opengis.net/wfs/2.0\" "
                 "xmlns:g=\"http://www.opengis.net/gml/3.2\"><w:member><l g:id=\"1\"><g:boundedBy>"
                 "<g:Envelope><g:lowerCorner>0 0</g:lowerCorner></g:Envelope></g:boundedBy>"
                 "<geom><g:Point srsName=\"urn:ogc:def:crs:EPSG::2154\"><g:pos>700000 6600000"
                 "</g:pos></g:Point></geom><nom>A</nom></l></w:member><w:member><l><geom><g:Point "
                 "srsName=\"urn:ogc:def:crs:EPSG::4326\"><g:pos>45.5 5.5</g:pos></g:Point></geom>"
                 "<nom>B</nom></l></w:member><w:member><l><geom><g:Point srsName=\"EPSG:4326\">"
                 "<g:coordinates>5.5,45.5</g:coordinates></g:Point></geom><nom>C</nom></l>"
                 "</w:member></w:FeatureCollection>"),
           RECORD_XML, "@id=1;nom=A;@46.5,3 point\nnom=B;@45.5,5.5 point\nnom=C;@45.5,5.5 point\n");
}

static void each_system_of_a_file_is_opened_once_and_only_a_few(void **state) {
    (void)state;
    static const char *const names[] = {"EPSG:4326", "WGS84",  "4326",   "epsg:9", "gps",
                                        "CRS84",     "lonlat", "WGS 84", "latlon", "epsg:8"};
    struct buf text BUF_CLEANUP = buf_new(1u << 20);
    buf_add(&text, SLICE("<r xmlns:g=\"http://www.opengis.net/gml\">"));
    for (unsigned round = 0; round < 300; round++) {
        for (unsigned i = 0; i < ARRAY_COUNT(names); i++) {
            buf_addf(&text,
                     "<l><n>%s</n><g:Point srsName=\" %s\"><g:pos>5.5 45.5</g:pos></g:Point></l>",
                     names[i], names[i]);
        }
    }
    buf_add(&text, SLICE("</r>"));
    struct reading reading = reading_of(buf_slice(&text), 100000, 0);
    assert_int_equal(reading.failed, OK);
    assert_true(slice_starts_with(
        buf_slice(&reading.text),
        SLICE("n=EPSG:4326;@45.5,5.5 point\nn=WGS84;@45.5,5.5 point\nn=4326;@45.5,5.5 point\n"
              "n=epsg:9;\nn=gps;@45.5,5.5 point\nn=CRS84;@45.5,5.5 point\n"
              "n=lonlat;@45.5,5.5 point\nn=WGS 84;@45.5,5.5 point\nn=latlon;\nn=epsg:8;\n"
              "n=EPSG:4326;@45.5,5.5 point\n")));
    assert_slice(buf_slice(&reading.notes),
                 "300 coordinates in a system that is not known were left out: epsg:9\n"
                 "600 more than 8 coordinate systems in one file: what the others place was left "
                 "without a place: latlon\n");
    reading_free(&reading);
}

static void pages_and_entities_are_refused_with_the_mend(void **state) {
    (void)state;
    expect_failure(SLICE("<!DOCTYPE html><html><p>x"), ERR_UNSUPPORTED, "web page");
    expect_failure(SLICE("<html xmlns=\"http://www.w3.org/1999/xhtml\"><body/></html>"),
                   ERR_UNSUPPORTED, "web page");
    expect_failure(SLICE("<!DOCTYPE r [<!ENTITY a \"aaaa\"><!ENTITY b \"&a;&a;&a;&a;\">]>"
                         "<rss><channel><item><title>&b;</title></item></channel></rss>"),
                   ERR_UNSUPPORTED, "declares entities");
    expect_failure(SLICE("<!DOCTYPE r [<!ENTITY x SYSTEM \"file:///etc/passwd\">]>"
                         "<rss><channel><item><title>&x;</title></item></channel></rss>"),
                   ERR_UNSUPPORTED, "declares entities");
    expect_failure(SLICE("<!DOCTYPE r SYSTEM \"file:///etc/passwd\"><rss><channel><item><title>&x;"
                         "</title></item></channel></rss>"),
                   ERR_UNSUPPORTED, "entity of its own");
    expect_failure(SLICE("<rss><channel><item><title>&frobnicate;</title></item></channel></rss>"),
                   ERR_INPUT, "frobnicate");
    expect_failure(
        SLICE("<?xml version=\"1.0\" encoding=\"koi8-r\"?><a><b c=\"\xC1\xC2\xC3\"/></a>"),
        ERR_UNSUPPORTED, "koi8-r");
}

static void charsets_are_read(void **state) {
    (void)state;
    slice text = SLICE("<?xml version=\"1.0\" encoding=\"UTF-16\"?><r><b n=\"\xE9\"/><b "
                       "n=\"x\"/></r>");
    struct buf utf16 BUF_CLEANUP = buf_new(1000);
    buf_add(&utf16, SLICE("\xFF\xFE"));
    for (size_t i = 0; i < text.n; i++) {
        buf_add_char(&utf16, text.p[i]);
        buf_add_char(&utf16, '\0');
    }
    expect(buf_slice(&utf16), RECORD_XML, "@n=é;\n@n=x;\n");
    expect(SLICE("<?xml version=\"1.0\" encoding=\"ISO-8859-15\"?><r><b n=\"s\xBDur \xE9t\xE9\"/>"
                 "<b n=\"x\"/></r>"),
           RECORD_XML, "@n=sœur été;\n@n=x;\n");
}

static void broken_and_cut_xml_says_where(void **state) {
    (void)state;
    static const char whole[] = KML "\n<Placemark><name>A</name></Placemark>\n<Placemark><name "
                                    "x=\"1\">B &amp; <![CDATA[c]]></name></Placemark>\n</kml>";
    for (size_t n = sizeof(KML) + 1; n + 1 < sizeof whole; n++) {
        struct reading reading = reading_of(slice_of(whole, n), 100000, 0);
        assert_int_equal(reading.failed, ERR_INPUT);
        assert_true(reading.cut);
        assert_true(reading.problem.line >= 1 && reading.problem.line <= 4);
        slice there = slice_of(whole, n);
        size_t first = slice_find_slice(there, 0, SLICE("</Placemark>"));
        size_t second = slice_find_slice(there, first + 1, SLICE("</Placemark>"));
        assert_int_equal(reading.records, (first < n) + (second < n));
        reading_free(&reading);
    }
    struct reading reading = reading_of(
        SLICE("<lieux>\n<a n=\"1\"/>\n<a n=\"2\"></b>\n<a n=\"3\"/></lieux>"), 100000, 0);
    assert_int_equal(reading.failed, ERR_INPUT);
    assert_false(reading.cut);
    assert_int_equal(reading.problem.line, 3);
    assert_true(reading.problem.column > 1);
    assert_int_equal(reading.records, 1);
    reading_free(&reading);
}

static void records_beyond_a_limit_cost_only_themselves(void **state) {
    (void)state;
    struct buf text BUF_CLEANUP = buf_new(1u << 26);
    buf_add(&text, SLICE("<r><a n=\"1\"/>\n<a>"));
    for (unsigned i = 0; i < 100; i++) {
        buf_add(&text, SLICE("<d>"));
    }
    for (unsigned i = 0; i < 100; i++) {
        buf_add(&text, SLICE("</d>"));
    }
    buf_add(&text, SLICE("</a><a>"));
    for (unsigned i = 0; i <= RECORD_FIELDS_MAX; i++) {
        buf_addf(&text, "<f%u>1</f%u>", i, i);
    }
    buf_add(&text, SLICE("</a><a><b>"));
    for (unsigned i = 0; i < (RECORD_BYTES_MAX >> 10) + 1; i++) {
        for (unsigned k = 0; k < 64; k++) {
            buf_add(&text, SLICE("0123456789abcdef"));
        }
    }
    buf_add(&text, SLICE("</b></a><a n=\"2\"/></r>"));
    struct reading reading = reading_of(buf_slice(&text), 100000, 0);
    assert_int_equal(reading.failed, OK);
    assert_int_equal(reading.rejects, 3);
    assert_slice(buf_slice(&reading.text), "@n=1;\n@n=2;\n");
    reading_free(&reading);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_placemark_gives_its_words_data_folders_and_point),
        cmocka_unit_test(kml_goes_by_any_prefix_and_version),
        cmocka_unit_test(every_kml_geometry_gives_a_place),
        cmocka_unit_test(kml_times_are_start_and_end),
        cmocka_unit_test(bad_coordinates_cost_the_place_only_and_are_said),
        cmocka_unit_test(a_network_link_is_told_and_not_followed),
        cmocka_unit_test(waypoints_routes_and_tracks_are_records),
        cmocka_unit_test(an_rss_item_gives_all_it_says),
        cmocka_unit_test(rss_1_and_atom_say_the_same),
        cmocka_unit_test(georss_gml_and_w3c_say_where),
        cmocka_unit_test(feeds_are_read_as_they_really_come),
        cmocka_unit_test(the_records_of_any_list_are_found),
        cmocka_unit_test(gml_features_give_their_place_in_any_system),
        cmocka_unit_test(each_system_of_a_file_is_opened_once_and_only_a_few),
        cmocka_unit_test(pages_and_entities_are_refused_with_the_mend),
        cmocka_unit_test(charsets_are_read),
        cmocka_unit_test(broken_and_cut_xml_says_where),
        cmocka_unit_test(records_beyond_a_limit_cost_only_themselves),
    };
    cmocka_set_message_output(CM_OUTPUT_TAP);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
