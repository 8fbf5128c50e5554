package api

import (
	"os"
	"strconv"
	"strings"
	"testing"
)

// The type of a problem is a link to its section.
func TestEveryKindOfProblemIsDescribed(t *testing.T) {
	text, err := os.ReadFile("../../docs/api.md")
	if err != nil {
		t.Fatal(err)
	}
	for k, v := range kinds {
		_, section, found := strings.Cut(string(text), "\n### "+string(k)+"\n\n")
		if !found {
			t.Errorf("docs/api.md has no section ### %s", k)
			continue
		}
		if status, _, _ := strings.Cut(section, "."); status != strconv.Itoa(v.status) {
			t.Errorf("docs/api.md: the section %s begins with %q; want %s", k, status, strconv.Itoa(v.status))
		}
	}
	if n := strings.Count(string(text), "\n### "); n != len(kinds) {
		t.Errorf("docs/api.md has %d sections; want %d", n, len(kinds))
	}
}
