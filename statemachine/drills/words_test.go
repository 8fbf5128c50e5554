package drills

import (
	"io/fs"
	"regexp"
	"strings"
	"testing"
)

// region matches what is the name of a Region.
var region = regexp.MustCompile(`\b(us|eu|ap|sa|ca|me|af|il|mx|cn|us-gov)-(north|south|east|west|central|northeast|northwest|southeast|southwest)-\d\b`)

// allowsRegion matches the comment that allows one in a whole file, with the reason.
var allowsRegion = regexp.MustCompile(`(?m)^# literal ([a-z0-9-]+): \S`)

// ofThePlan matches what only the plan of the drills has.
var ofThePlan = regexp.MustCompile(`Z000000000[0-2]EXAMPLE|\b111122223333\b|other-region-lost|\bexample\.(com|org)\b`)

// TestScenariosAreWrittenInTermsOfThePlan refuses what would keep a shipped scenario from playing with the plan of a user. A line that
// must name a Region has the reason above it, in a comment that begins with "literal:", or the file has it for all of its lines, in
// one such as "literal us-east-1: CloudFront publishes there".
func TestScenariosAreWrittenInTermsOfThePlan(t *testing.T) {
	paths, err := fs.Glob(files, "*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	more, err := fs.Glob(files, "applications/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range append(paths, more...) {
		text, err := fs.ReadFile(files, path)
		if err != nil {
			t.Fatal(err)
		}
		for _, wrong := range literals(string(text)) {
			t.Errorf("%s:%s", path, wrong)
		}
	}
}

// literals lists the lines that name what only one plan has.
func literals(text string) []string {
	var found []string
	above := ""
	allowed := map[string]bool{}
	for _, m := range allowsRegion.FindAllStringSubmatch(text, -1) {
		allowed[m[1]] = true
	}
	for _, line := range strings.Split(text, "\n") {
		trimmed := strings.TrimSpace(line)
		if name := region.FindString(line); name != "" && !allowed[name] && !strings.HasPrefix(trimmed, "#") && !strings.HasPrefix(above, "# literal: ") {
			found = append(found, name+" in "+trimmed+"; expected primary or standby, or {primary} or {standby} in a text, or a comment above that says why: # literal: …")
		}
		if name := ofThePlan.FindString(line); name != "" && !strings.HasPrefix(trimmed, "#") {
			found = append(found, name+" in "+trimmed+"; expected a word such as {zone 1}: docs/rehearsing.md")
		}
		above = trimmed
	}
	return found
}

func TestLiteralsAreFound(t *testing.T) {
	for text, want := range map[string]int{
		"regionDark: primary":   0,
		"regionDark: us-east-1": 1,
		"# us-east-1 is dark":   0,
		"# literal: it has an endpoint there\nregion: ap-northeast-1":  0,
		"# literal us-east-1: it is there\na: us-east-1\nb: us-west-2": 1,
		"reason: ap-northeast-1 is dark":                               1,
		"zone: Z0000000001EXAMPLE":                                     1,
		`name: "www.{zone 1 name}"`:                                    0,
		"name: www.example.com":                                        1,
		"name: other-region-lost":                                      1,
	} {
		if got := literals(text); len(got) != want {
			t.Errorf("%q: %q; want %d", text, got, want)
		}
	}
}
