package main

import (
	"encoding/json"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"
	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/internal/untrusted/shelltest"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// foundZone is a simulator with a registry and a zone as another tool has left it.
type foundZone struct {
	*fakeaws.World
	t   *testing.T
	url string
}

func newFoundZone(t *testing.T, sets ...fakeaws.RecordSet) foundZone {
	t.Helper()
	operator(t)
	world := fakeaws.New("111122223333", time.Date(2026, 1, 31, 3, 0, 0, 0, time.UTC), "us-east-1", "us-west-2")
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	e := foundZone{world, t, server.URL}
	e.must(world.AddTable("drover-registry", "us-east-1", "us-west-2"))
	e.must(world.AddZone("Z1", "example.com"))
	for _, set := range sets {
		e.must(world.PutRecordSet("Z1", set))
	}
	return e
}

func (e foundZone) must(err error) {
	e.t.Helper()
	if err != nil {
		e.t.Fatal(err)
	}
}

// register registers a file, and returns the exit code and what was printed.
func (e foundZone) register(yaml string, flags ...string) (code int, stdout string) {
	e.t.Helper()
	file := filepath.Join(e.t.TempDir(), "apps.yaml")
	e.must(os.WriteFile(file, []byte(yaml), 0o600))
	code, stdout, stderr := drover(e.t, e.t.Context(), append([]string{"register", file, "--endpoint-url", e.url}, flags...)...)
	return code, stdout + stderr
}

// status is the line of an application in the status.
func (e foundZone) status(name string) string {
	e.t.Helper()
	_, stdout, _ := drover(e.t, e.t.Context(), "status", "--region", "us-east-1", "--endpoint-url", e.url)
	for line := range strings.Lines(stdout) {
		if fields := strings.Fields(line); len(fields) > 0 && fields[0] == name {
			return strings.Join(fields, " ")
		}
	}
	return "none in " + stdout
}

func weightedSet(name, id, value string, weight int) fakeaws.RecordSet {
	return fakeaws.RecordSet{Name: name + ".example.com", Type: "A", SetIdentifier: id, Weight: weight, TTL: 60, Values: []string{value}}
}

// pairOf are two record sets with the weights.
func pairOf(name string, east, west int) []fakeaws.RecordSet {
	return []fakeaws.RecordSet{weightedSet(name, "us-east-1", "192.0.2.1", east), weightedSet(name, "us-west-2", "198.51.100.1", west)}
}

func fileOf(names ...string) string {
	text := "applications:\n"
	for _, name := range names {
		text += strings.ReplaceAll(`  - name: NAME
    records:
      - {name: NAME.example.com, type: A, zone: Z1, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 198.51.100.1}}}
    health:
      - {namespace: Shop, metric: Served, statistic: Average, periodSeconds: 60, atLeast: 99}
`, "NAME", name)
	}
	return text
}

// Weights that send all users to one Region are taken as they are. Others are a finding with the batch for each Region.
func TestRegisterTakesOverTheWeightsInRoute53(t *testing.T) {
	e := newFoundZone(t)
	for name, weights := range map[string][2]int{"usual": {100, 0}, "one": {1, 0}, "max": {255, 0}, "west": {0, 100}, "both": {50, 50}, "none": {0, 0}} {
		for _, set := range pairOf(name, weights[0], weights[1]) {
			e.must(e.PutRecordSet("Z1", set))
		}
	}
	code, out := e.register(fileOf("usual", "one", "max", "west", "both", "none"))
	if code != exitFailed {
		t.Errorf("exit code %d; want %d for 2 applications that are not registered", code, exitFailed)
	}
	for _, want := range []string{
		"added: usual, one, max, west\n",
		"application west: the weights in Route 53 are us-east-1 0, us-west-2 100; it is active in us-west-2\n",
		"not registered: application both: record both.example.com A has the weights us-east-1 50, us-west-2 50 in Route 53; expected all users in one Region\n",
		"not registered: application none: record none.example.com A has the weights us-east-1 0, us-west-2 0 in Route 53, which it answers as an equal split",
		"make sure that it is healthy and can serve all users",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("%q is not in:\n%s", want, out)
		}
	}
	for name, want := range map[string]string{
		"usual": "usual 1 us-east-1 100 0", "one": "one 1 us-east-1 1 0", "max": "max 1 us-east-1 255 0", "west": "west 1 us-west-2 0 100",
	} {
		if got := e.status(name); !strings.HasPrefix(got, want) {
			t.Errorf("status: got %q; want %q", got, want)
		}
	}
	e.settle(out)
	if code, out = e.register(fileOf("both", "none")); code != exitOK || !strings.Contains(out, "added: both, none") {
		t.Errorf("after the batches: exit code %d\n%s", code, out)
	}
	if got := e.status("none"); !strings.HasPrefix(got, "none 1 us-west-2 0 100") {
		t.Errorf("status: got %q", got)
	}
}

// settle types the batches that send users of "both" to us-east-1, and those of "none" to us-west-2.
func (e foundZone) settle(out string) {
	e.t.Helper()
	client := route53.New(route53.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(e.url), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})
	to, name, typed := "", "", 0
	for line := range strings.Lines(out) {
		if rest, ok := strings.CutPrefix(line, "not registered: application "); ok {
			name, _, _ = strings.Cut(rest, ":")
		}
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "all users to "); ok {
			to = strings.TrimSuffix(rest, ":")
		}
		if !strings.Contains(line, "change-resource-record-sets") || to != map[string]string{"both": "us-east-1", "none": "us-west-2"}[name] {
			continue
		}
		words := shelltest.Words(e.t, strings.TrimSpace(line))[0]
		var batch types.ChangeBatch
		e.must(json.Unmarshal([]byte(words[len(words)-1]), &batch))
		_, err := client.ChangeResourceRecordSets(e.t.Context(), &route53.ChangeResourceRecordSetsInput{HostedZoneId: aws.String("Z1"), ChangeBatch: &batch})
		e.must(err)
		typed++
	}
	if typed != 2 {
		e.t.Errorf("%d batches typed; want 2", typed)
	}
}

// Registering again takes over weights that were changed meanwhile, in Route 53's control plane as in the registry.
func TestRegisterAgainTakesOverChangedWeights(t *testing.T) {
	e := newFoundZone(t, pairOf("shop", 100, 0)...)
	if code, out := e.register(fileOf("shop")); code != exitOK || !strings.HasSuffix(out, "added: shop\n") {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	for _, set := range pairOf("shop", 0, 1) {
		e.must(e.PutRecordSet("Z1", set))
	}
	code, out := e.register(fileOf("shop"))
	if want := "weights and active Region taken from Route 53: shop\n"; code != exitOK || !strings.Contains(out, want) {
		t.Errorf("exit code %d, %q is not in:\n%s", code, want, out)
	}
	if got := e.status("shop"); !strings.HasPrefix(got, "shop 1 us-west-2 0 1") {
		t.Errorf("status: got %q", got)
	}
}

// Record sets with other identifiers are found by their targets, and stay known when the zone cannot be read.
func TestRegisterAdoptsRecordSetsByTheirTargets(t *testing.T) {
	e := newFoundZone(t, weightedSet("shop", "blue", "192.0.2.1", 255), weightedSet("shop", "dr", "198.51.100.1", 0), weightedSet("shop", "canary", "203.0.113.1", 0))
	code, out := e.register(fileOf("shop"))
	want := `application shop: record shop.example.com A has the record sets "blue" for us-east-1 and "dr" for us-west-2` + "\n" +
		"application shop: the weights in Route 53 are us-east-1 255, us-west-2 0; it is active in us-east-1\nadd shop: wave 1, 1 record, 0 databases\nadded: shop\n"
	if diff := cmp.Diff(want, out); code != exitOK || diff != "" {
		t.Fatalf("exit code %d (-want +got):\n%s", code, diff)
	}
	e.Inject(fakeaws.Fault{Service: "route53", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "no"}})
	code, out = e.register(fileOf("shop"))
	if code != exitOK || !strings.Contains(out, "unchanged: shop\n") || !strings.Contains(out, "zone Z1 (example.com) could not be read") {
		t.Errorf("exit code %d\n%s", code, out)
	}
}

// TestRegisterAdoptsNoRecordSetWhoseRegionIsNotClear: two have the same target, or one has a target that both Regions share.
func TestRegisterAdoptsNoRecordSetWhoseRegionIsNotClear(t *testing.T) {
	blue, dr := weightedSet("shop", "blue", "192.0.2.1", 100), weightedSet("shop", "dr", "198.51.100.1", 0)
	for _, c := range []struct {
		name string
		sets []fakeaws.RecordSet
		file string
	}{
		{"two sets of one target", []fakeaws.RecordSet{blue, weightedSet("shop", "green", "192.0.2.1", 0), dr}, fileOf("shop")},
		{"one target in both Regions", []fakeaws.RecordSet{blue}, strings.Replace(fileOf("shop"), "198.51.100.1", "192.0.2.1", 1)},
	} {
		_, out := newFoundZone(t, c.sets...).register(c.file)
		if strings.Contains(out, `has the record sets "`) || strings.Contains(out, "the weights in Route 53 are us-east-1 100, us-west-2 0") {
			t.Errorf("%s: adopted all the same:\n%s", c.name, out)
		}
	}
}

// An application whose users are in both Regions is in the file: --prune does not take it out.
func TestPruneLeavesWhatIsNotSettled(t *testing.T) {
	e := newFoundZone(t, pairOf("shop", 100, 0)...)
	e.register(fileOf("shop"))
	for _, set := range pairOf("shop", 50, 50) {
		e.must(e.PutRecordSet("Z1", set))
	}
	if code, out := e.register(fileOf("shop"), "--prune", "--yes"); code != exitFailed || strings.Contains(out, "removed") {
		t.Errorf("exit code %d\n%s", code, out)
	}
	if got := e.status("shop"); !strings.HasPrefix(got, "shop 1 us-east-1 100 0") {
		t.Errorf("status: got %q", got)
	}
}

// A private zone is registered as one, whether the file says so or not: its names may be those of a public zone too.
func TestRegisterKnowsPrivateZones(t *testing.T) {
	e := newFoundZone(t, pairOf("shop", 100, 0)...)
	e.must(e.AddZone("Z2", "example.com"))
	e.must(e.SetZoneKind("Z2", fakeaws.ZoneKind{Private: true}))
	for _, set := range pairOf("shop", 100, 0) {
		e.must(e.PutRecordSet("Z2", set))
	}
	both := strings.Replace(fileOf("shop"), "    health:", `      - {name: shop.example.com, type: A, zone: Z2, zoneName: example.com, ttl: 60, endpoints: {us-east-1: {value: 192.0.2.1}, us-west-2: {value: 198.51.100.1}}}
    health:`, 1)
	if code, out := e.register(both); code != exitOK {
		t.Fatalf("exit code %d\n%s", code, out)
	}
	apps, err := registry.In(dynamodb.New(dynamodb.Options{
		Region: "us-east-1", BaseEndpoint: aws.String(e.url), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	}), "drover-registry", failover.DefaultPlan()).Applications(t.Context())
	e.must(err)
	if r := apps[0].Records; r[0].Private || !r[1].Private {
		t.Errorf("registered as private: %t, %t; want the second alone", r[0].Private, r[1].Private)
	}
}
