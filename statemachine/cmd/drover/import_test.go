package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// small is an estate with a pair, a simple record with its sibling, and a latency group.
func small(t *testing.T) *mixed {
	m := newMixed(t)
	m.put(publicZone, "shop.example.com", "A", weighted(m.balancer("shop-blue", "us-east-1"), "blue", 255), weighted(m.balancer("shop-dr", west), "dr", 0))
	m.put(publicZone, "api.example.com", "A", value("192.0.2.8"))
	m.put(publicZone, "api-dr.example.com", "A", value("198.51.100.8"))
	m.put(publicZone, "active.example.com", "A", near(value("192.0.2.6"), "us-east-1"), near(value("198.51.100.6"), west))
	return m
}

// converted is an applications file with api and active, which have to be converted.
func (m *mixed) convertible() string {
	return m.write("applications.yaml", `applications:
  - name: api
    records:
      - {name: api.example.com, type: A, zone: ZPUBLIC, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.8}, us-west-2: {value: 198.51.100.8}}}
    health: [{namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}]
  - name: active
    records:
      - {name: active.example.com, type: A, zone: ZPUBLIC, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.6}, us-west-2: {value: 198.51.100.6}}}
    health: [{namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}]
`)
}

func TestAnImportChangesNothingAndSaysWhatIsMissing(t *testing.T) {
	m := small(t)
	before := m.world.RecordSets(publicZone)
	file := filepath.Join(t.TempDir(), "applications.yaml")
	m.types(exitOK, []string{"1 record of 2 hosted zones, in 1 application; 3 not decided, 0 left out", "Next: drover register "}, "import", "example.com", "--out", file)
	m.types(exitFailed, []string{file + " exists, and may have been edited; expected a name that is not in use"}, "import", "example.com", "--out", file)
	m.types(exitOK, []string{"applications:\n", `choice: - {name: "api.example.com", type: A, region: us-east-1, other: {record: "api-dr.example.com"}}  # 198.51.100.8`},
		"import", "example.com")
	answers := m.write("answers.yaml", `answers: [{name: api.example.com, region: us-east-1, other: {record: "{label}-dr.{zone}"}}]`)
	health := m.write("health.yaml", `- {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}`)
	m.types(exitOK, []string{"2 records of 2 hosted zones, in 2 applications; 1 to convert to weighted pairs first, 1 not decided, 1 left out", "Next: drover import --convert "},
		"import", "example.com", "--answers", answers, "--health", health, "--out", filepath.Join(t.TempDir(), "again.yaml"))
	m.types(exitFailed, []string{"no record can be registered yet: 0 names not decided"}, "import", "example.org")
	if diff := cmp.Diff(before, m.world.RecordSets(publicZone)); diff != "" || len(m.world.Batches()) > 0 {
		t.Errorf("%d batches (-before +after):\n%s", len(m.world.Batches()), diff)
	}
}

func TestARegionWhoseMetricsCannotBeReadCostsNoImport(t *testing.T) {
	m := small(t)
	m.must(m.world.SetDark(west, true))
	m.types(exitFailed, []string{"# the metrics of us-west-2 could not be read, so no health rule is proposed of them", "# undecided: application shop.example.com"}, "import", "example.com")
}

func TestAnImportTakesTheRegionsOfItsWords(t *testing.T) {
	m := &mixed{plant: newWorld(t, "eu-west-1", "eu-central-1")}
	m.must(m.world.AddZone(publicZone, "example.com"))
	m.put(publicZone, "shop.example.com", "A", weighted(value("192.0.2.1"), "blue", 1), weighted(value("192.0.2.2"), "dr", 0))
	health := m.write("health.yaml", `- {namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}`)
	m.types(exitOK, []string{"eu-west-1: {value: 192.0.2.1, setIdentifier: blue}"}, "import", "--region", "eu-west-1=blue,eu-central-1=dr", "--health", health)
}

func TestMistakesOfAnImportExitWithTwo(t *testing.T) {
	m := small(t)
	file := m.convertible()
	none := filepath.Join(t.TempDir(), "none")
	for _, c := range []struct {
		args []string
		says string
	}{
		{[]string{"example.net"}, "no hosted zone example.net; expected a name, an id or a pattern of one of: example.com ZPRIVATE, private, example.com ZPUBLIC, example.org ZSECOND"},
		{[]string{"--group", "zone"}, "--group \"zone\": unknown rule; expected name, label"},
		{[]string{"--region", "blue"}, `--region: "blue"; expected a Region and a word, such as us-east-1=blue`},
		{[]string{"--region", "eu-west-1=blue"}, "--region eu-west-1=…: not a Region of the plan; expected us-east-1 or us-west-2"},
		{[]string{"--answers", none}, "no such file"},
		{[]string{"--health", none}, "no such file"},
		{[]string{"--yes"}, "--yes, --serves, --accept, --only and --undo-file need --convert FILE or --undo FILE"},
		{[]string{"--convert", file, "--undo", file}, "--convert and --undo cannot be combined"},
		{[]string{"example.com", "--convert", file}, "--convert and --undo take their names from their file"},
		{[]string{"--convert", file, "--serves", "eu-west-1"}, "--serves eu-west-1 is not one of the plan's Regions, us-east-1 and us-west-2"},
		{[]string{"--convert", none}, "no such file"},
		{[]string{"--convert", m.write("a.yaml", "applications: []")}, "applications: empty; expected at least one application"},
		{[]string{"--undo", none}, "no such file"},
		{[]string{"--undo", file}, "not the undo file of a conversion"},
		{[]string{"--undo", file, "--serves", west}, "--serves and --undo-file belong to --convert"},
	} {
		m.types(exitUsage, []string{c.says}, append([]string{"import"}, c.args...)...)
	}
}

// TestAConversionAsksAndCanBeUndone goes from two groups to pairs and back, and sees what is refused on the way.
func TestAConversionAsksAndCanBeUndone(t *testing.T) {
	m := small(t)
	file, undo := m.convertible(), filepath.Join(t.TempDir(), "undo.json")
	before := m.world.RecordSets(publicZone)
	m.types(exitOK, []string{"application api: record api.example.com A has no weighted record set for us-east-1; to make a pair of what is there, type drover import --convert FILE"}, "register", file)
	m.types(exitFailed, []string{"Batch 1 of 1, zone example.com ZPUBLIC: 1 name, 3 changes", "DELETE 192.0.2.8, TTL 60", "CREATE us-east-1 (weight 100): 192.0.2.8, TTL 60",
		"there is no terminal to ask at, so no record set was changed; to go on without a question, add --yes"}, "import", "--convert", file)
	if diff := cmp.Diff(before, m.world.RecordSets(publicZone)); diff != "" {
		t.Fatalf("changed without a yes (-before +after):\n%s", diff)
	}
	m.types(exitUsage, []string{"no name of " + file + " matches --only other.example.com"}, "import", "--convert", file, "--yes", "--only", "other.example.com")
	m.types(exitFailed, []string{"nothing was changed: 1 name refused"}, "import", "--convert", file, "--yes", "--only", "act*")
	m.types(exitFailed, []string{"To undo: drover import --undo " + undo, "Done: 1 name; all name servers of Route 53 know it.",
		"refused: active.example.com A: it is latency, and clients get different answers", "--serves us-east-1 or --serves us-west-2", "drover: 1 name refused"},
		"import", "--convert", file, "--yes", "--undo-file", undo)
	m.types(exitFailed, []string{"nothing was changed: 1 name refused", "1 name as it is to be"}, "import", "--convert", file, "--yes", "--serves", west)
	second := filepath.Join(t.TempDir(), "second.json")
	m.types(exitOK, []string{"answers change, as accepted: for clients near us-east-1: today 192.0.2.6, then 198.51.100.6"},
		"import", "--convert", file, "--yes", "--serves", west, "--accept", "active.example.com", "--undo-file", second)
	m.types(exitFailed, []string{"refused: active.example.com A: to undo it would change answers, for clients near us-east-1: today 198.51.100.6, then 192.0.2.6"}, "import", "--undo", second, "--yes")
	m.types(exitOK, nil, "import", "--undo", second, "--yes", "--accept", "*")
	m.types(exitUsage, []string{"is of the plan drover, and --plan is other; expected --plan drover"}, "import", "--undo", undo, "--yes", "--plan", "other")
	m.types(exitUsage, []string{"no name of " + undo + " matches --only active.example.com"}, "import", "--undo", undo, "--yes", "--only", "active.example.com")
	m.types(exitOK, []string{"Done: 1 name"}, "import", "--undo", undo, "--yes", "--only", "api.example.com")
	if diff := cmp.Diff(before, m.world.RecordSets(publicZone)); diff != "" {
		t.Errorf("record sets (-before +undone):\n%s", diff)
	}
}

// TestTheUndoFileIsThereBeforeTheFirstBatch: Route 53 denies the batch; and without the file no batch is submitted.
func TestTheUndoFileIsThereBeforeTheFirstBatch(t *testing.T) {
	m := small(t)
	file := m.convertible()
	taken := m.write("undo.json", "{}")
	m.types(exitFailed, []string{"write the undo file: " + taken + " exists", "nothing was changed"}, "import", "--convert", file, "--yes", "--undo-file", taken)
	if n := len(m.world.Batches()); n > 0 {
		t.Fatalf("%d batches without an undo file", n)
	}
	m.world.Inject(fakeaws.Fault{Service: "route53", Operation: "ChangeResourceRecordSets", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "no"}})
	m.types(exitFailed, []string{"failed: api.example.com A: it is not known whether Route 53 took the batch", "1 name of 1 not done; type the command again to go on"}, "import", "--convert", file, "--yes")
	if kept, _ := filepath.Glob(file + ".undo-*.json"); len(kept) != 1 {
		t.Errorf("undo files %v; want one beside the applications file", kept)
	}
}

func TestNothingIsConvertedWhileARunHoldsTheLock(t *testing.T) {
	m := small(t)
	file := m.convertible()
	_, err := m.store.TakeLock(t.Context(), failover.Run{ARN: "arn:aws:states:us-west-2:111122223333:execution:drover:first", ID: "first"}, now(), now().Add(time.Hour))
	m.must(err)
	m.settle()
	for _, args := range [][]string{{"import", "--convert", file, "--yes"}, {"import", "--convert", file}} {
		m.types(exitFailed, []string{"first"}, args...)
	}
	if n := len(m.world.Batches()); n > 0 {
		t.Errorf("%d batches while a run holds the lock", n)
	}
}

// TestAConversionNeedsNoDeployedPlan: an estate is converted before the first deployment.
func TestAConversionNeedsNoDeployedPlan(t *testing.T) {
	m := small(t)
	m.types(exitFailed, []string{"Done: 1 name"}, "import", "--convert", m.convertible(), "--yes", "--table", "no-such-table")
}

// TestProgressIsForTerminalsAlone: a log has no carriage returns.
func TestProgressIsForTerminalsAlone(t *testing.T) {
	m := small(t)
	_, stdout, stderr := drover(t, t.Context(), "import", "--endpoint-url", m.url)
	if strings.ContainsAny(stdout+stderr, "\r\x1b") {
		t.Errorf("stderr %q", stderr)
	}
	var shown bytes.Buffer
	c := importCommand{Group: "name", Plan: "drover", EndpointURL: m.url}
	if err := c.Run(environment{ctx: t.Context(), stdout: &bytes.Buffer{}, stderr: &bytes.Buffer{}, progress: &shown}); err != nil || !strings.Contains(shown.String(), "read 3 of 3 hosted zones") {
		t.Errorf("%v, shown %q; want the progress", err, shown.String())
	}
	if terminalOf(&shown) != nil || terminalOf(os.Stderr) != nil && os.Getenv("CI") != "" {
		t.Error("a buffer is no terminal")
	}
}

// TestCtrlCSaysWhatIsDoneAndTheSameCommandGoesOn interrupts a conversion of two batches after the first one, and undoes both parts.
func TestCtrlCSaysWhatIsDoneAndTheSameCommandGoesOn(t *testing.T) {
	m := newPublic(t)
	var file strings.Builder
	file.WriteString("applications:\n")
	m.times(500, func(i int) {
		name := fmt.Sprintf("app-%d.example.com", i)
		m.put(publicZone, name, "A", value("192.0.2.1"))
		fmt.Fprintf(&file, "  - {name: app-%d, records: [{name: %s, type: A, zone: ZPUBLIC, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 192.0.2.2}}}], "+
			"health: [{namespace: N, metric: M, statistic: Sum, periodSeconds: 60, atLeast: 1}]}\n", i, name)
	})
	applications, before := m.write("applications.yaml", file.String()), m.world.RecordSets(publicZone)
	first, second := filepath.Join(t.TempDir(), "first.json"), filepath.Join(t.TempDir(), "second.json")
	ctx, cancel := context.WithCancel(t.Context())
	m.world.Inject(fakeaws.Fault{Service: "route53", Operation: "ChangeResourceRecordSets", After: 1, Struck: cancel, LoseRequest: true, Times: 1})
	code, stdout, stderr := drover(t, ctx, "import", "--convert", applications, "--yes", "--undo-file", first, "--endpoint-url", m.url)
	if code != exitInterrupted || !strings.Contains(stdout, "Done: 333 names; it is not known whether all name servers know it.") ||
		strings.Count(stdout, "\nfailed: ") != 1 || !strings.HasSuffix(stdout, "Type the command again to go on.\n") || !strings.Contains(stdout, " and 157 more: it is not known whether Route 53 took the batch") {
		t.Fatalf("exit code %d, %s\n%.2000s", code, stderr, stdout[strings.Index(stdout, "To undo"):])
	}
	m.types(exitOK, []string{"333 names as it is to be", "Done: 167 names; all name servers of Route 53 know it."}, "import", "--convert", applications, "--yes", "--undo-file", second)
	m.types(exitOK, []string{"Done: 167 names"}, "import", "--undo", second, "--yes")
	m.types(exitOK, []string{"Done: 333 names"}, "import", "--undo", first, "--yes")
	if diff := cmp.Diff(before, m.world.RecordSets(publicZone)); diff != "" {
		t.Errorf("record sets (-before +undone):\n%s", diff)
	}
}
