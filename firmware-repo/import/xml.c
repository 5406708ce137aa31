/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "import/xml.h"

#include <ctype.h>
#include <expat.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct parse {
	XML_Parser parser;
	struct xml_node *root, *at;
	struct xml_node *last; /* the child that was added last to `at`; NULL = none yet */
	size_t nodes, depth;
	struct text {
		char *bytes;
		size_t len, room;
	} texts[XML_MAX_DEPTH + 1]; /* of the open elements, by depth */
	int rc;
	struct err *err;
};

static void stop(struct parse *p, int code, const char *text)
{
	if (!p->rc)
		p->rc = err_set(p->err, code, "line %lu, column %lu: %s",
				XML_GetCurrentLineNumber(p->parser),
				XML_GetCurrentColumnNumber(p->parser) + 1, text);
	XML_StopParser(p->parser, XML_FALSE);
}

/* Namespaces say nothing here: of "xs:name" the name counts. */
static char *plain_name(const char *name)
{
	const char *colon = strrchr(name, ':');

	return strdup(colon ? colon + 1 : name);
}

static bool add_attrs(struct xml_node *node, const char **attrs)
{
	struct xml_attr **end = &node->attrs;

	for (; *attrs; attrs += 2) {
		*end = calloc(1, sizeof(**end));
		if (!*end)
			return false;
		(*end)->name = plain_name(attrs[0]);
		(*end)->value = strdup(attrs[1]);
		if (!(*end)->name || !(*end)->value)
			return false;
		end = &(*end)->next;
	}
	return true;
}

static void link_node(struct parse *p, struct xml_node *node)
{
	node->parent = p->at;
	if (p->last)
		p->last->next = node;
	else if (p->at)
		p->at->child = node;
	else
		p->root = node;
	p->at = node;
	p->last = NULL;
}

static void on_start(void *ctx, const char *name, const char **attrs)
{
	struct parse *p = ctx;
	struct xml_node *node;

	if (p->rc)
		return;
	if (p->depth == XML_MAX_DEPTH || p->nodes == XML_MAX_NODES) {
		stop(p, ERR_TOO_LARGE,
		     p->depth == XML_MAX_DEPTH ? "nested too deep" : "too many elements");
		return;
	}
	node = calloc(1, sizeof(*node));
	if (!node) {
		stop(p, ERR_NOMEM, "out of memory");
		return;
	}
	link_node(p, node);
	p->nodes++;
	p->depth++;
	p->texts[p->depth].len = 0;
	node->name = plain_name(name);
	if (!node->name || !add_attrs(node, attrs))
		stop(p, ERR_NOMEM, "out of memory");
}

static char *trimmed(const struct text *text)
{
	size_t from = 0, len = text->len;

	while (len > 0 && isspace((unsigned char)text->bytes[len - 1]))
		len--;
	while (from < len && isspace((unsigned char)text->bytes[from]))
		from++;
	return strndup(text->bytes ? text->bytes + from : "", len - from);
}

static void on_end(void *ctx, const char *name)
{
	struct parse *p = ctx;

	(void)name;
	if (p->rc)
		return;
	p->at->text = trimmed(&p->texts[p->depth]);
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
	(void)name, (void)system, (void)public;
	if (internal)
		stop(ctx, ERR_FORMAT, "a document type with declarations is not accepted");
}

static int run(struct parse *p, const uint8_t *buf, size_t len, struct err *err)
{
	XML_SetUserData(p->parser, p);
	XML_SetElementHandler(p->parser, on_start, on_end);
	XML_SetCharacterDataHandler(p->parser, on_text);
	XML_SetStartDoctypeDeclHandler(p->parser, on_doctype);
	if (XML_Parse(p->parser, (const char *)buf, (int)len, XML_TRUE) == XML_STATUS_OK)
		return p->rc;
	if (!p->rc)
		p->rc = err_set(err,
				XML_GetErrorCode(p->parser) == XML_ERROR_NO_MEMORY ? ERR_NOMEM
										   : ERR_FORMAT,
				"line %lu, column %lu: %s", XML_GetCurrentLineNumber(p->parser),
				XML_GetCurrentColumnNumber(p->parser) + 1,
				XML_ErrorString(XML_GetErrorCode(p->parser)));
	return p->rc;
}

int xml_parse(const uint8_t *buf, size_t len, struct xml_node **ret, struct err *err)
{
	struct parse p = { .err = err };
	int rc;

	*ret = NULL;
	if (len > XML_MAX_BYTES)
		return err_set(err, ERR_TOO_LARGE, "larger than %u bytes", XML_MAX_BYTES);
	p.parser = XML_ParserCreate(NULL);
	if (!p.parser)
		return err_set(err, ERR_NOMEM, "out of memory");
	rc = run(&p, buf, len, err);
	XML_ParserFree(p.parser);
	for (size_t i = 0; i <= XML_MAX_DEPTH; i++)
		free(p.texts[i].bytes);
	if (rc)
		xml_free(p.root);
	else
		*ret = p.root;
	return rc;
}

static void free_node(struct xml_node *node)
{
	for (struct xml_attr *attr = node->attrs, *next; attr; attr = next) {
		next = attr->next;
		free(attr->name);
		free(attr->value);
		free(attr);
	}
	free(node->name);
	free(node->text);
	free(node);
}

/* From the leaves up; the depth is bounded, the breadth is not worth a recursion. */
void xml_free(struct xml_node *root)
{
	struct xml_node *node = root;

	while (node) {
		struct xml_node *above = node->parent, *next = node->next;

		if (node->child) {
			struct xml_node *child = node->child;

			node->child = NULL;
			node = child;
			continue;
		}
		free_node(node);
		node = next ? next : above;
	}
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
