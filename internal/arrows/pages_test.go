package arrows

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// pages are the documents that people read, seen from the repository.
func pages(t *testing.T) []string {
	t.Helper()
	var all []string
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, pattern))
		if err != nil {
			t.Fatal(err)
		}
		for _, path := range found {
			name, err := filepath.Rel(root, path)
			if err != nil {
				t.Fatal(err)
			}
			all = append(all, filepath.ToSlash(name))
		}
	}
	if len(all) < 14 {
		t.Fatalf("%d pages; expected those of the repository and of docs", len(all))
	}
	return all
}

// TestEveryLinkOfAPageLeadsSomewhere: to a file or folder that is there and, in a page, to a heading that is there.
func TestEveryLinkOfAPageLeadsSomewhere(t *testing.T) {
	local := regexp.MustCompile(`\]\(([^)#\s]*)(?:#([^)\s]+))?\)`)
	for _, page := range pages(t) {
		for _, m := range local.FindAllStringSubmatch(file(t, page), -1) {
			target, anchor := m[1], m[2]
			if strings.Contains(target, "://") {
				continue
			}
			path := page
			if target != "" {
				path = filepath.ToSlash(filepath.Join(filepath.Dir(page), target))
			}
			if _, err := os.Stat(filepath.Join(root, path)); err != nil {
				t.Errorf("%s links to %s, which is not there", page, target)
				continue
			}
			if anchor != "" && !slices.Contains(anchors(file(t, path)), anchor) {
				t.Errorf("%s links to %s#%s; there is no such heading", page, path, anchor)
			}
		}
	}
}

// anchors are those that GitHub gives to the headings of a page.
func anchors(text string) []string {
	heading := regexp.MustCompile(`(?m)^#+ (.*)$`)
	dropped := regexp.MustCompile(`[^\p{L}\p{N} _-]`)
	var all []string
	for _, m := range heading.FindAllStringSubmatch(text, -1) {
		all = append(all, strings.ReplaceAll(dropped.ReplaceAllString(strings.ToLower(m[1]), ""), " ", "-"))
	}
	return all
}

// TestEveryPageIsReachedFromTheReadme in one hop.
func TestEveryPageIsReachedFromTheReadme(t *testing.T) {
	text := file(t, "README.md")
	for _, page := range pages(t) {
		if page != "README.md" && !strings.Contains(text, "("+page+")") {
			t.Errorf("README.md does not link to %s", page)
		}
	}
}

// TestTheReadmeIsShort and has what a newcomer types within its first 40 lines.
func TestTheReadmeIsShort(t *testing.T) {
	lines := strings.Split(strings.TrimRight(file(t, "README.md"), "\n"), "\n")
	if len(lines) > 160 {
		t.Errorf("README.md has %d lines; at most 160. What is longer belongs to docs", len(lines))
	}
	first := strings.Join(lines[:40], "\n")
	for _, want := range []string{"git clone https://github.com/drover-dr/drover", "make drill", "make test", "Go " + goVersion(t)} {
		if !strings.Contains(first, want) {
			t.Errorf("the first 40 lines of README.md do not have %q", want)
		}
	}
}

// goVersion is the version of Go that go.mod wants, without the patch.
func goVersion(t *testing.T) string {
	t.Helper()
	m := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(file(t, "go.mod"))
	if m == nil {
		t.Fatal("go.mod has no line: go VERSION")
	}
	return m[1]
}

// TestThePictureOfTheReadmeShowsStatesOfTheDefinition, ten of them.
func TestThePictureOfTheReadmeShowsStatesOfTheDefinition(t *testing.T) {
	var machine struct{ States map[string]struct{} }
	if err := json.Unmarshal([]byte(file(t, "statemachine/failover.asl.json")), &machine); err != nil {
		t.Fatal(err)
	}
	picture, _, _ := strings.Cut(file(t, "README.md"), "```sh")
	boxes := regexp.MustCompile(`[│┤] +([A-Z][A-Za-z]+) +[│├]`).FindAllStringSubmatch(picture, -1)
	for _, m := range boxes {
		if _, ok := machine.States[m[1]]; !ok {
			t.Errorf("the picture of README.md has a box %s, which is no state of the definition", m[1])
		}
	}
	if len(boxes) != 10 {
		t.Errorf("%d boxes; want 10", len(boxes))
	}
}
