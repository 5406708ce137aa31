/* SPDX-License-Identifier: GPL-3.0-or-later */
#include "ui/html.h"

/*
 * Dark ink on white; what matters is told by words, weight and frames, colour only underlines it.
 * Rows are not torn apart at the end of a page, and its head comes again on the next.
 */
static const char style[] =
	"@page{size:A4;margin:15mm}"
	"*{box-sizing:border-box}"
	"body{font:10.5pt/1.45 system-ui,'Segoe UI',Helvetica,Arial,'Noto Sans CJK JP',sans-serif;"
	"color:#1a1a1a;background:#fff;max-width:190mm;margin:8mm auto;padding:0 4mm;"
	"overflow-wrap:break-word}"
	"h1{font-size:13pt;margin:0 0 3mm;font-weight:600;letter-spacing:.02em;color:#444}"
	"h2{font-size:12pt;margin:7mm 0 2mm;padding-bottom:1mm;border-bottom:1px solid #888;"
	"break-after:avoid}"
	".verdict{border:1.5px solid #1a1a1a;border-left-width:6px;padding:3mm 4mm;margin:0 0 5mm}"
	".verdict p{margin:0}"
	".verdict .say{font-size:13.5pt;font-weight:600;line-height:1.3}"
	".verdict .power{margin-top:2mm}"
	".good{border-color:#1b5e20}.warn{border-color:#8a5a00}.bad{border-color:#8b0000}"
	"dl{display:grid;grid-template-columns:32mm 1fr;gap:1mm 4mm;margin:0}"
	"dt{color:#555}dd{margin:0;min-width:0}"
	"table{border-collapse:collapse;width:100%}"
	"thead{display:table-header-group}"
	"th{text-align:left;font-weight:600;color:#444;font-size:9.5pt;"
	"border-bottom:1px solid #888;padding:1mm 3mm 1mm 0;vertical-align:bottom}"
	"td{overflow-wrap:anywhere;padding:1.5mm 3mm 1.5mm 0;vertical-align:top;border-bottom:1px "
	"solid #ddd}"
	"tr{break-inside:avoid}"
	".number{width:7mm}.wide{width:54mm}.version{width:25mm}"
	"td.version{font-size:9.5pt;font-variant-numeric:tabular-nums}td.proof{font-weight:600}"
	".more{display:block;color:#555;font-size:9pt;font-weight:400}"
	".state{font-weight:600}.state::before{display:inline-block;width:1.3em}"
	".state.good::before{content:'\\2713'}"
	".state.warn::before{content:'!'}"
	".state.bad::before{content:'\\2717'}"
	"code{font:9pt ui-monospace,Consolas,'DejaVu Sans Mono',monospace}"
	"ul{margin:0;padding-left:5mm}"
	"footer{margin-top:8mm;color:#555;font-size:9pt;border-top:1px solid #bbb;padding-top:2mm}"
	"@media print{body{margin:0;padding:0;max-width:none}a{color:inherit}}";

void html_text(FILE *out, const char *text)
{
	for (; *text; text++) {
		switch (*text) {
		case '&':
			fputs("&amp;", out);
			break;
		case '<':
			fputs("&lt;", out);
			break;
		case '>':
			fputs("&gt;", out);
			break;
		case '"':
			fputs("&quot;", out);
			break;
		case '\'':
			fputs("&#39;", out);
			break;
		default:
			fputc(*text, out);
		}
	}
}

void html_element(FILE *out, const char *tag, const char *class_name, const char *text)
{
	fprintf(out, "<%s", tag);
	if (class_name)
		fprintf(out, " class=\"%s\"", class_name);
	fputc('>', out);
	html_text(out, text);
	fprintf(out, "</%s>", tag);
}

void html_begin(FILE *out, const char *title)
{
	fputs("<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	      "<meta http-equiv=\"Content-Security-Policy\" "
	      "content=\"default-src 'none'; style-src 'unsafe-inline'\">\n"
	      "<meta name=\"viewport\" content=\"width=device-width\">\n",
	      out);
	html_element(out, "title", NULL, title);
	fprintf(out, "\n<style>%s</style>\n</head>\n<body>\n", style);
}

void html_end(FILE *out)
{
	fputs("</body>\n</html>\n", out);
}
