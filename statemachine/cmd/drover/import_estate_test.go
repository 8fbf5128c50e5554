package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
)

// answers are what the owner of the estate says: where the other endpoints are.
const estateAnswers = `answers:
  - {name: "lb-*.example.com", other: {alias: {name: dualstack.standby-1.us-west-2.elb.amazonaws.com, zone: Z1H1FL5HABSF5}}}
  - {name: example.com, type: A, other: {alias: {name: dualstack.standby-1.us-west-2.elb.amazonaws.com, zone: Z1H1FL5HABSF5}}}
  - {name: "alias-*.example.org", other: {value: "{label}.us-west-2.example.net"}}
  - {name: "many-*.example.com", region: us-east-1, other: {values: [198.51.100.61, 198.51.100.62]}}
  - {name: "web-*.example.com", region: us-east-1, other: {value: 198.51.100.10}}
  - {name: "*.tenant-*.example.com", region: us-east-1, other: {value: 198.51.100.11}}
  - {name: example.org, region: us-east-1, other: {value: 198.51.100.12}}
  - {name: "near-*.example.com", other: {value: 198.51.100.13}}
  - {name: "world-*.example.com", other: {value: 198.51.100.14}}
`

const estateHealth = `- {namespace: Application, metric: ServedPercent, dimensions: {Application: "{application}", Region: "{region}"}, statistic: Average, periodSeconds: 60, atLeast: 99}
`

// TestAnEstateOf1000NamesIsImportedConvertedRegisteredAndUndone is the bar of the import: at least 95 % of the names of a mixed
// estate are in a file that can be registered without edits, the others are in it with their reasons, and no client gets another
// answer by the conversion or its undoing.
func TestAnEstateOf1000NamesIsImportedConvertedRegisteredAndUndone(t *testing.T) {
	m := newMixed(t)
	m.fill()
	before := m.answersOf()
	file := filepath.Join(t.TempDir(), "applications.yaml")
	answers, health := m.write("answers.yaml", estateAnswers), m.write("health.yaml", estateHealth)
	m.types(exitOK, []string{"16 not decided"}, "import", "--region", "us-east-1=blue+primary", "--region", "us-west-2=dr+secondary", "--answers", answers, "--health", health, "--out", file)
	text, err := os.ReadFile(file)
	m.must(err)

	ready := strings.Count(string(text), "\n        zoneName:")
	if len(m.names) != 1000 || ready < 950 {
		t.Errorf("%d of %d names can be registered; want 950 of 1000", ready, len(m.names))
	}
	for _, n := range m.names {
		name := strings.Trim(strconv.Quote(failover.CanonicalName(n[1])), `"`)
		if !regexp.MustCompile(`[ "]` + regexp.QuoteMeta(name) + `["\n]|[ "]` + regexp.QuoteMeta(failover.CanonicalName(n[1])+" "+n[2]) + ` `).Match(text) {
			t.Errorf("%s %s is not in the file, decided or not", name, n[2])
		}
	}
	if diff := cmp.Diff(before, m.answersOf()); diff != "" {
		t.Fatalf("the import has changed answers (-before +after):\n%s", diff)
	}
	undo := filepath.Join(t.TempDir(), "undo.json")
	m.types(exitOK, []string{"Done: "}, "import", "--convert", file, "--undo-file", undo, "--yes")
	if diff := cmp.Diff(before, m.answersOf()); diff != "" {
		t.Fatalf("the conversion has changed answers (-before +after):\n%s", diff)
	}
	m.types(exitOK, []string{"Nothing to change."}, "import", "--convert", file, "--yes")
	m.types(exitOK, []string{"added: "}, "register", file)
	registered, err := m.store.Applications(t.Context())
	m.must(err)
	records := 0
	for _, app := range registered {
		records += len(app.Records)
	}
	if records != ready {
		t.Errorf("%d records are registered; want all %d of the file", records, ready)
	}
	m.types(exitOK, []string{"Done: "}, "import", "--undo", undo, "--yes")
	if diff := cmp.Diff(before, m.answersOf()); diff != "" {
		t.Fatalf("the undoing has changed answers (-before +after):\n%s", diff)
	}
	m.types(exitOK, []string{"Nothing to change."}, "import", "--undo", undo, "--yes")
}
