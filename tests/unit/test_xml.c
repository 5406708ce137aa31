/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/xml.h"

#include <stdlib.h>

#include "tap.h"

static struct err err;
static struct xml_node *root;

static int parse_bytes(const void *bytes, size_t len)
{
	/* Of exactly its size, so that a sanitizer sees what is read behind it. */
	uint8_t *exact = malloc(len ? len : 1);
	int rc;

	xml_free(root);
	err = (struct err){ 0 };
	CHECK(exact);
	if (!exact)
		return 1;
	memcpy(exact, bytes, len);
	rc = xml_parse(exact, len, &root, &err);
	free(exact);
	CHECK_INT(err.code, rc);
	CHECK(!rc == !!root);
	return rc;
}

static int parse(const char *text)
{
	return parse_bytes(text, strlen(text));
}

static void check_refused(const char *text, int code, const char *why)
{
	CHECK_INT(parse(text), code);
	CHECK_CONTAINS(err.text, why);
	CHECK_CONTAINS(err.text, "line ");
}

static void a_tree(void)
{
	const struct xml_node *node;

	CHECK_INT(parse("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
			"<!-- metainfo -->\n"
			"<component type='firmware' xml:lang=\"en\">\n"
			"  <name>\n A <b>bold</b> name&amp;more <![CDATA[<x>]]> </name>\n"
			"  <provides><firmware type=\"flashed\">one</firmware>"
			"<other/><FIRMWARE>two</FIRMWARE></provides>\n"
			"</component>\n"),
		  0);
	CHECK_STR(root->name, "component");
	CHECK_STR(root->text, "");
	CHECK(!root->parent && !root->next);
	CHECK_STR(xml_attr(root, "TYPE"), "firmware");
	CHECK_STR(xml_attr(root, "lang"), "en");
	CHECK(!xml_attr(root, "none"));
	CHECK_STR(xml_text(xml_child(root, "name")), "A  name&more <x>");
	node = xml_path(root, "provides/firmware");
	CHECK_STR(xml_text(node), "one");
	CHECK(node && node->parent == xml_child(root, "Provides"));
	CHECK_STR(xml_text(xml_same(node)), "two");
	CHECK(!xml_same(xml_same(node)));
	CHECK(!xml_path(root, "provides/none/firmware") && !xml_path(root, "name/firmware"));
	CHECK(!xml_same(NULL) && !xml_child(NULL, "x") && !xml_path(NULL, "x"));
	CHECK(!xml_attr(NULL, "x"));
	CHECK_STR(xml_text(NULL), "");
}

static void prefixes_of_namespaces_go(void)
{
	CHECK_INT(parse("<s:a xmlns:s='urn:x' s:k='v'><t:b xmlns:t='urn:y'>x</t:b></s:a>"), 0);
	CHECK_STR(root->name, "a");
	CHECK_STR(xml_attr(root, "k"), "v");
	CHECK_STR(xml_text(xml_child(root, "b")), "x");
}

/* "<v>" U+00FC U+20AC U+1F600 "</v>" */
static void other_encodings(void)
{
	static const char little[] = "\xff\xfe<\0v\0>\0\xfc\0\xac\x20\x3d\xd8\0\xde<\0/\0v\0>\0";
	static const char big[] = "\xfe\xff\0<\0v\0>\0\xfc\x20\xac\xd8\x3d\xde\0\0<\0/\0v\0>";
	static const char bom[] = "\xef\xbb\xbf<v>\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80</v>";
	static const char want[] = "\xc3\xbc\xe2\x82\xac\xf0\x9f\x98\x80";

	CHECK_INT(parse_bytes(little, sizeof(little) - 1), 0);
	CHECK_STR(xml_text(root), want);
	CHECK_INT(parse_bytes(big, sizeof(big) - 1), 0);
	CHECK_STR(xml_text(root), want);
	CHECK_INT(parse(bom), 0);
	CHECK_STR(xml_text(root), want);
	CHECK_INT(parse("<?xml version='1.0' encoding='ISO-8859-1'?><v a='\xfc'>\xe9</v>"), 0);
	CHECK_STR(xml_text(root), "\xc3\xa9");
	CHECK_STR(xml_attr(root, "a"), "\xc3\xbc");
	check_refused("<?xml version='1.0' encoding='EBCDIC-X'?><v/>", ERR_FORMAT, "encoding");
	check_refused("<v>\xfc</v>", ERR_FORMAT, "invalid token");
	CHECK_INT(parse_bytes("<v>\0</v>", 8), ERR_FORMAT);
	/* Half of a surrogate pair. */
	CHECK_INT(parse_bytes("\xff\xfe<\0v\0>\0\x3d\xd8<\0/\0v\0>\0", 18), ERR_FORMAT);
}

static void nothing_is_expanded(void)
{
	check_refused("<!DOCTYPE l [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;'>]><l>&b;</l>",
		      ERR_FORMAT, "line 1, column 13: a document type with declarations");
	check_refused("<!DOCTYPE l [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><l>&x;</l>",
		      ERR_FORMAT, "declarations");
	check_refused("<!DOCTYPE l [<!ENTITY % p SYSTEM 'http://x/'> %p;]><l/>", ERR_FORMAT,
		      "declarations");
	check_refused("<!DOCTYPE l [<!ATTLIST l a CDATA 'v'>]><l/>", ERR_FORMAT, "declarations");
	check_refused("<l>&x;</l>", ERR_FORMAT, "undefined entity");
	check_refused("<!DOCTYPE l SYSTEM 'l.dtd'><l>&x;</l>", ERR_FORMAT, "not XML's own");
	check_refused("<!DOCTYPE l SYSTEM 'l.dtd'><l a='&x;'/>", ERR_FORMAT, "entity in an attr");
	CHECK_INT(parse("<!DOCTYPE l SYSTEM 'l.dtd'><l a='1'>&lt;&#65;&#x42;</l>"), 0);
	CHECK_STR(xml_text(root), "<AB");
}

static void damaged(void)
{
	static const char *const bad[] = {
		"",
		" ",
		"<",
		"<a",
		"<a>",
		"<a></b>",
		"<a/><b/>",
		"text",
		"<a></a>text",
		"<a b=c/>",
		"<a b='1' b='2'/>",
		"<a><![CDATA[x</a>",
		"<a><!-- x </a>",
		"<a b='<'/>",
		"<a>&#0;</a>",
	};

	for (size_t i = 0; i < sizeof(bad) / sizeof(*bad); i++)
		check_refused(bad[i], ERR_FORMAT, "column ");
	check_refused("<a>\n  <b>\n  </c>\n</a>", ERR_FORMAT, "line 3, column 5: mismatched tag");
}

static void cut_off_anywhere(void)
{
	static const char text[] = "<?xml version='1.0'?><a b='c'><d>e &amp; f</d><g/><!--h--></a>";

	for (size_t len = 0; len < sizeof(text) - 1; len++)
		CHECK_INT(parse_bytes(text, len), ERR_FORMAT);
	CHECK_INT(parse_bytes(text, sizeof(text) - 1), 0);
}

/* depth elements within each other. */
static int parse_nested(size_t depth)
{
	char text[8 * (XML_MAX_DEPTH + 20)];
	size_t used = 0;

	for (size_t i = 0; i < depth; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "<a>");
	for (size_t i = 0; i < depth; i++)
		used += (size_t)snprintf(text + used, sizeof(text) - used, "</a>");
	return parse_bytes(text, used);
}

/* count times part between <a> and </a>. */
static int parse_repeated(const char *part, size_t count)
{
	size_t len = strlen(part), at = 3;
	char *text = malloc(count * len + 8);
	int rc;

	CHECK(text);
	if (!text)
		return 1;
	memcpy(text, "<a>", 3);
	for (size_t i = 0; i < count; i++, at += len)
		memcpy(text + at, part, len);
	memcpy(text + at, "</a>", 4);
	rc = parse_bytes(text, at + 4);
	free(text);
	return rc;
}

static void limits(void)
{
	CHECK_INT(parse_nested(XML_MAX_DEPTH), 0);
	CHECK_INT(parse_nested(XML_MAX_DEPTH + 1), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "nested too deep");
	CHECK_INT(parse_nested(XML_MAX_DEPTH + 20), ERR_TOO_LARGE);
	CHECK_INT(parse_repeated("<b/>", XML_MAX_NODES - 2), 0);
	CHECK_INT(parse_repeated("<b/>", XML_MAX_NODES), ERR_TOO_LARGE);
	CHECK_INT(parse_repeated("<b c=''/>", XML_MAX_NODES / 2 - 1), 0);
	CHECK_INT(parse_repeated("<b c=''/>", XML_MAX_NODES / 2), ERR_TOO_LARGE);
	CHECK_CONTAINS(err.text, "too many elements and attributes");
	CHECK_INT(parse_repeated("x", XML_MAX_BYTES - 7), 0);
	CHECK_INT(strlen(xml_text(root)), XML_MAX_BYTES - 7);
	CHECK_INT(parse_repeated("x", XML_MAX_BYTES - 6), ERR_TOO_LARGE);
}

/* One start tag with a million attributes: no name twice, so that expat takes them. */
static void many_attributes(void)
{
	char *text = malloc(16u << 20);
	size_t used = 2;

	CHECK(text);
	if (!text)
		return;
	memcpy(text, "<a", 2);
	for (unsigned int i = 0; i < XML_MAX_NODES; i++)
		used += (size_t)snprintf(text + used, 16, " a%x=''", i);
	memcpy(text + used, "/>", 2);
	CHECK_INT(parse_bytes(text, used + 2), ERR_TOO_LARGE);
	free(text);
}

int main(void)
{
	TAP_RUN(a_tree);
	TAP_RUN(prefixes_of_namespaces_go);
	TAP_RUN(other_encodings);
	TAP_RUN(nothing_is_expanded);
	TAP_RUN(damaged);
	TAP_RUN(cut_off_anywhere);
	TAP_RUN(limits);
	TAP_RUN(many_attributes);
	xml_free(root);
	return TAP_END();
}
