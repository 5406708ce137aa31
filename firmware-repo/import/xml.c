/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/xml.h"

#include <ctype.h>
#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/pool.h"

/* What xml_free() gets is its first member. */
struct document {
	struct xml_node root;
	struct pool pool; /* all else */
};

struct parse {
	XML_Parser parser;
	struct document *doc;
	struct xml_node *at;   /* the open element */
	struct xml_node *last; /* the child that was added last to `at`; NULL = none yet */
	size_t nodes, depth;
	const uint8_t *bytes; /* the document */
	bool elsewhere;	      /* it has a document type, which is not here */
	struct text {
		char *bytes;
		size_t len, room;
	} texts[XML_MAX_DEPTH + 1]; /* of the open elements, by depth */
	int rc;
	struct err *err;
};

static int fail(struct parse *p, int code, const char *text)
{
	return err_set(p->err, code, "line %lu, column %lu: %s",
		       XML_GetCurrentLineNumber(p->parser),
		       XML_GetCurrentColumnNumber(p->parser) + 1, text);
}

static void stop(struct parse *p, int code, const char *text)
{
	if (!p->rc)
		p->rc = fail(p, code, text);
	XML_StopParser(p->parser, XML_FALSE);
}

/* Namespaces say nothing here: of "xs:name" the name counts. */
static const char *plain_name(struct parse *p, const char *name)
{
	const char *colon = strrchr(name, ':');

	name = colon ? colon + 1 : name;
	return pool_text(&p->doc->pool, name, strlen(name));
}

static bool add_attrs(struct parse *p, struct xml_node *node, const char **attrs)
{
	struct xml_attr **end = &node->attrs;

	for (; *attrs && p->nodes < XML_MAX_NODES; attrs += 2, p->nodes++) {
		struct xml_attr *attr = pool_alloc(&p->doc->pool, sizeof(*attr));

		if (!attr)
			return false;
		attr->name = plain_name(p, attrs[0]);
		attr->value = pool_text(&p->doc->pool, attrs[1], strlen(attrs[1]));
		if (!attr->name || !attr->value)
			return false;
		*end = attr;
		end = &attr->next;
	}
	return true;
}

static struct xml_node *add_node(struct parse *p)
{
	struct xml_node *node = p->at ? pool_alloc(&p->doc->pool, sizeof(*node)) : &p->doc->root;

	if (!node)
		return NULL;
	node->parent = p->at;
	if (p->last)
		p->last->next = node;
	else if (p->at)
		p->at->child = node;
	p->at = node;
	p->last = NULL;
	p->nodes++;
	p->texts[++p->depth].len = 0;
	return node;
}

/* Where on_entity() is not asked: an attribute would silently lack what stood there. */
static bool may_lack_entity(const struct parse *p)
{
	return p->elsewhere && memchr(p->bytes + XML_GetCurrentByteIndex(p->parser), '&',
				      (size_t)XML_GetCurrentByteCount(p->parser));
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
	struct parse *p = ctx;
	struct xml_node *node;

	if (p->rc)
		return;
	if (may_lack_entity(p)) {
		stop(p, ERR_FORMAT, "an entity in an attribute, with a document type elsewhere");
		return;
	}
	if (p->depth == XML_MAX_DEPTH) {
		stop(p, ERR_TOO_LARGE, "nested too deep");
		return;
	}
	node = add_node(p);
	if (node)
		node->name = plain_name(p, name);
	if (!node || !node->name || !add_attrs(p, node, attrs))
		stop(p, ERR_NOMEM, "out of memory");
	else if (p->nodes >= XML_MAX_NODES)
		stop(p, ERR_TOO_LARGE, "too many elements and attributes");
}

static const char *trimmed(struct parse *p, const struct text *text)
{
	size_t from = 0, len = text->len;

	while (len > 0 && isspace((unsigned char)text->bytes[len - 1]))
		len--;
	while (from < len && isspace((unsigned char)text->bytes[from]))
		from++;
	return len > from ? pool_text(&p->doc->pool, text->bytes + from, len - from) : "";
}

static void on_end(void *ctx, const char *name)
{
	struct parse *p = ctx;

	(void)name;
	if (p->rc)
		return;
	p->at->text = trimmed(p, &p->texts[p->depth]);
	if (!p->at->text)
		stop(p, ERR_NOMEM, "out of memory");
	p->last = p->at;
	p->at = p->at->parent;
	p->depth--;
}

static void on_text(void *ctx, const char *bytes, int count)
{
	struct parse *p = ctx;
	struct text *text = &p->texts[p->depth];
	size_t len = (size_t)count;

	if (p->rc)
		return;
	if (text->len + len > text->room) {
		size_t room = 2 * (text->len + len);
		char *grown = realloc(text->bytes, room);

		if (!grown) {
			stop(p, ERR_NOMEM, "out of memory");
			return;
		}
		text->bytes = grown;
		text->room = room;
	}
	memcpy(text->bytes + text->len, bytes, len);
	text->len += len;
}

/* A document type may be named; nothing may be declared in it. */
static void on_doctype(void *ctx, const char *name, const char *system, const char *public,
		       int internal)
{
	struct parse *p = ctx;

	(void)name, (void)public;
	p->elsewhere = system;
	if (internal)
		stop(p, ERR_FORMAT, "a document type with declarations is not accepted");
}

/* Only with a document type elsewhere; without it expat refuses by itself. */
static void on_entity(void *ctx, const char *name, int is_parameter)
{
	(void)name, (void)is_parameter;
	stop(ctx, ERR_FORMAT, "an entity that is not XML's own");
}

static int run(struct parse *p, const uint8_t *buf, size_t len)
{
	enum XML_Error error;

	XML_SetUserData(p->parser, p);
	XML_SetElementHandler(p->parser, on_start, on_end);
	XML_SetCharacterDataHandler(p->parser, on_text);
	XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
	XML_SetSkippedEntityHandler(p->parser, on_entity);
	if (XML_Parse(p->parser, (const char *)buf, (int)len, XML_TRUE) == XML_STATUS_OK || p->rc)
		return p->rc;
	error = XML_GetErrorCode(p->parser);
	return fail(p, error == XML_ERROR_NO_MEMORY ? ERR_NOMEM : ERR_FORMAT,
		    XML_ErrorString(error));
}

int xml_parse(const uint8_t *buf, size_t len, struct xml_node **ret, struct err *err)
{
	struct parse p = { .bytes = buf, .err = err };
	int rc;

	*ret = NULL;
	if (len > XML_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "larger than %u bytes", XML_MAX_BYTES);
	p.parser = XML_ParserCreate(NULL);
	p.doc = calloc(1, sizeof(*p.doc));
	rc = p.parser && p.doc ? run(&p, buf, len) : err_set(err, ERR_NOMEM, "out of memory");
	if (p.parser)
		XML_ParserFree(p.parser);
	for (size_t i = 0; i <= XML_MAX_DEPTH; i++)
		free(p.texts[i].bytes);
	if (rc)
		xml_free((struct xml_node *)p.doc);
	else
		*ret = &p.doc->root;
	return rc;
}

void xml_free(struct xml_node *root)
{
	struct document *doc = (struct document *)root;

	if (doc)
		pool_free(&doc->pool);
	free(doc);
}

const struct xml_node *xml_child(const struct xml_node *node, const char *name)
{
	const struct xml_node *child = node ? node->child : NULL;

	while (child && strcasecmp(child->name, name) != 0)
		child = child->next;
	return child;
}

const struct xml_node *xml_same(const struct xml_node *node)
{
	const struct xml_node *next = node ? node->next : NULL;

	while (next && strcasecmp(next->name, node->name) != 0)
		next = next->next;
	return next;
}

const struct xml_node *xml_path(const struct xml_node *node, const char *path)
{
	char name[64];

	while (node && *path) {
		size_t len = strcspn(path, "/");

		if (len >= sizeof(name))
			return NULL;
		memcpy(name, path, len);
		name[len] = '\0';
		node = xml_child(node, name);
		path += len + (path[len] == '/');
	}
	return node;
}

const char *xml_text(const struct xml_node *node)
{
	return node && node->text ? node->text : "";
}

const char *xml_attr(const struct xml_node *node, const char *name)
{
	for (const struct xml_attr *attr = node ? node->attrs : NULL; attr; attr = attr->next)
		if (strcasecmp(attr->name, name) == 0)
			return attr->value;
	return NULL;
}
