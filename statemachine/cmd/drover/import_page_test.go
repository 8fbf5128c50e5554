package main

import (
	"os"
	"path/filepath"
	"regexp"
	"testing"
)

// written are the files and the commands of the page.
var written = regexp.MustCompile("(?s)<!-- file: (\\S+) -->\n```yaml\n(.*?)```|```console\n(.*?)```")

// TestTheImportPageIsPlayed makes the zone that docs/importing.md describes, writes its files, types its commands and compares
// what they print.
func TestTheImportPageIsPlayed(t *testing.T) {
	page, err := filepath.Abs("../../../docs/importing.md")
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	m := newPublic(t)
	m.put(publicZone, "shop.example.com", "A", weighted(m.balancer("shop-blue", "us-east-1"), "blue", 255), weighted(m.balancer("shop-dr", west), "dr", 0))
	m.put(publicZone, "api.example.com", "A", value("192.0.2.8"))
	m.put(publicZone, "api-dr.example.com", "A", value("198.51.100.8"))
	m.put(publicZone, "pay.example.com", "A", failing(value("192.0.2.3"), "PRIMARY", "hc-east"), failing(value("198.51.100.3"), "SECONDARY", "hc-west"))
	m.put(publicZone, "www.example.com", "CNAME", value("shop.example.com"))
	m.put(publicZone, "active.example.com", "A", near(value("192.0.2.6"), "us-east-1"), near(value("198.51.100.6"), west))
	before := m.answersOf()
	t.Chdir(t.TempDir())
	r := &reader{t: t, url: m.url, page: "docs/importing.md"}
	now := written.ReplaceAllStringFunc(string(text), func(part string) string {
		match := written.FindStringSubmatch(part)
		if match[1] != "" {
			m.must(os.WriteFile(match[1], []byte(match[2]), 0o600))
			return part
		}
		out := "```console\n" + r.console(match[3]) + "```"
		m.settle()
		for name, answer := range m.answersOf() {
			if answer != before[name] {
				t.Errorf("%s: %s; want %s, as before the page", name, answer, before[name])
			}
		}
		return out
	})
	if *update {
		m.must(os.WriteFile(page, []byte(now), 0o644))
	}
}
