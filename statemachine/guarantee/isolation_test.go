package guarantee

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// isolated is the evidence of a failover of two applications, each with a zone and a database, that moved only the second.
// It has no fault: a test adds one for each object that stayed.
func isolated() Evidence {
	e := held()
	run := &e.Runs[0]
	second := failover.Application{Name: "blog", Wave: 2, Records: []failover.Record{record()}, Databases: []failover.Database{{GlobalCluster: "blog", Clusters: clustersOf("blog")}}}
	second.Records[0].Name, second.Records[0].Zone = "blog.example.net", "Z2"
	e.Applications = append(e.Applications, second)
	e.Applications[0].Databases[0].Clusters = clustersOf("shop")
	moved := sets(0, 100, "")
	for i := range moved {
		moved[i].Name = "blog.example.net"
	}
	run.After.Zones = []ZoneState{{Zone: "Z1", Sets: sets(100, 0, "")}, {Zone: "Z2", Sets: moved}}
	run.After.Databases = append(run.After.Databases, DatabaseState{GlobalCluster: "blog", Writer: west})
	e.Promotions = nil
	run.Invocations = []fakeaws.Invocation{run.Invocations[1]}
	return e
}

func clustersOf(name string) map[failover.Region]string {
	return map[failover.Region]string{east: "arn:aws:rds:us-east-1:1:cluster:" + name + "-east", west: "arn:aws:rds:us-west-2:1:cluster:" + name + "-west"}
}

// did adds an invocation of a step for a stage that moves wave 1.
func (e *Evidence) did(state string, result fakeaws.InvokeResult, calls ...fakeaws.Call) {
	payload, _ := json.Marshal(map[string]any{"stage": failover.Stage{Wave: 1, Percent: new(100), Promote: true}})
	e.Runs[0].Invocations = append(e.Runs[0].Invocations, fakeaws.Invocation{State: state, Payload: payload, Result: result, Calls: calls})
}

func change(zone, code, message string, parts ...string) fakeaws.Call {
	return fakeaws.Call{Service: "route53", Operation: "ChangeResourceRecordSets", Mutating: true, Object: "hosted zone " + zone, Code: code, Message: message,
		Parts: strings.Join(append(parts, "_drover-drover.example.com TXT"), "\n")}
}

func promote(cluster, code string) fakeaws.Call {
	return fakeaws.Call{Service: "rds", Operation: "FailoverGlobalCluster", Mutating: true, Object: cluster, Code: code}
}

const (
	shopRecord  = "shop.example.com A"
	sayRecord   = "record shop.example.com A of shop had no fault of its own"
	sayDatabase = "database shop of shop had no fault of its own"
)

// TestWhatDidNotMoveNeedsAFaultOfItsOwn has planted bugs, which are caught, and legitimate histories, which pass.
func TestWhatDidNotMoveNeedsAFaultOfItsOwn(t *testing.T) {
	well := fakeaws.InvokeResult{}
	shift := func(calls ...fakeaws.Call) func(*Evidence) {
		return func(e *Evidence) { e.did("ShiftTraffic", well, calls...) }
	}
	ask := func(calls ...fakeaws.Call) func(*Evidence) {
		return func(e *Evidence) { e.did("PromoteDatabase", well, calls...) }
	}
	refused := func(parts ...string) fakeaws.Call {
		return change("Z1", "InvalidChangeBatch", "[Tried to create resource record set [name='other.example.com.', type='A'] but it exists]", parts...)
	}
	denied := ask(promote("shop", "AccessDenied"))
	alone := shift(refused(shopRecord))
	for _, c := range []struct {
		name             string
		record, database func(*Evidence)
		says             []string // of the violations, none when it passes
	}{
		{"a record that was refused alone, a database that was denied", alone, denied, nil},
		{"a record that Route 53 has named", shift(change("Z1", "InvalidChangeBatch", "[name='shop.example.com.', type='A']", shopRecord, "other.example.com A")), denied, nil},
		{"a zone that was denied", shift(change("Z1", "AccessDenied", "")), denied, nil},
		{"a zone that never answered", shift(change("Z1", "ServiceUnavailable", ""), change("Z1", "ServiceUnavailable", "")), denied, nil},
		{"a zone whose turn did not come", shift(change("Z3", "ServiceUnavailable", "")), denied, nil},
		{"a foreign fence", func(e *Evidence) {
			e.Runs[0].After.Zones[0].Sets = append(sets(100, 0, ""), fakeaws.RecordSet{Name: "_drover-drover.example.com", Type: "TXT", Values: []string{`"hello"`}})
		}, denied, nil},
		{"a function that Lambda does not run", func(e *Evidence) {
			e.did("ShiftTraffic", fakeaws.InvokeResult{ErrorType: "Lambda.TooManyRequestsException"})
		}, denied, nil},
		{"a registry that is not read", shift(fakeaws.Call{Service: "dynamodb", Operation: "Query", Code: "InternalServerError"}), denied, nil},
		{"a database with a state of its own", alone, func(e *Evidence) { e.Runs[0].After.Databases[0].Hindrance = "it has no cluster in us-west-2" }, nil},
		{"a database that never answered", alone, ask(fakeaws.Call{Service: "rds", Operation: "DescribeGlobalClusters", Object: "shop", Code: "Throttling"}), nil},
		{"a database whose promotion Aurora does not finish", alone, func(e *Evidence) {
			e.Promotions = []fakeaws.Promotion{{At: at(0), GlobalCluster: "shop", To: west}}
		}, nil},
		{"an operator who changes the zone meanwhile", func(e *Evidence) { e.Manual = []ManualChange{{At: e.Runs[0].StartedAt, Zone: "Z1"}} }, denied, nil},
		{"an approver who rejected it", func(e *Evidence) { e.Runs[0].Path = append(e.Runs[0].Path, "AwaitApproval") }, func(*Evidence) {}, nil},

		{"another run that moves something meanwhile", func(e *Evidence) {
			other := e.Runs[0]
			other.ARN, other.Name, other.Invocations = "arn:run-2", "run-2", nil
			mark := failover.Fence{Epoch: 2, Run: "run-2", Region: west, Phase: failover.Outbound}
			e.Runs = append(e.Runs, other)
			e.Batches = []fakeaws.Batch{{At: e.Runs[0].StartedAt, Zone: "Z1", Changes: []fakeaws.Change{{
				Action: "CREATE", Set: fakeaws.RecordSet{Name: "_drover-drover.example.com", Type: "TXT", Values: []string{mark.String()}},
			}}}}
		}, func(*Evidence) {}, nil},

		{"a batch that is not bisected", shift(refused(shopRecord, "other.example.com A")), denied, []string{sayRecord}},
		{"databases not promoted after a shift that failed", shift(change("Z1", "AccessDenied", "")), func(*Evidence) {}, []string{sayDatabase}},
		{"traffic not shifted because a promotion cannot start", func(*Evidence) {}, denied, []string{sayRecord}},
		{"a zone after one that was denied is skipped", shift(change("Z3", "AccessDenied", "")), denied, []string{sayRecord}},
		{"a zone that answered in the end", shift(change("Z1", "ServiceUnavailable", ""), change("Z1", "", "")), denied, []string{sayRecord}},
		{"a database after one that was denied is skipped", alone, ask(promote("other", "AccessDenied")), []string{sayDatabase}},
		{"a promotion that was cancelled is not asked for again", alone, func(e *Evidence) {
			e.Promotions = []fakeaws.Promotion{{At: at(0), GlobalCluster: "shop", To: west, Planned: true, Cancelled: true, Finished: at(time.Hour)}}
		}, []string{sayDatabase}},
		{"a wave that is not played", func(*Evidence) {}, func(*Evidence) {}, []string{sayRecord, sayDatabase}},
		{"a registry that is read in the end", func(e *Evidence) {
			shift(fakeaws.Call{Service: "dynamodb", Operation: "Query", Code: "InternalServerError"})(e)
			shift(fakeaws.Call{Service: "dynamodb", Operation: "Query"})(e)
		}, denied, []string{sayRecord}},
	} {
		t.Run(c.name, func(t *testing.T) {
			e := isolated()
			c.record(&e)
			c.database(&e)
			v := verdict(t, e, 12)
			if (v.Status == Violated) != (len(c.says) > 0) || len(v.Violations) != len(c.says) {
				t.Fatalf("%s: %v; want %v", v.Status, v.Violations, c.says)
			}
			for i, says := range c.says {
				if !strings.Contains(v.Violations[i], says) {
					t.Errorf("got  %s\nwant %s", v.Violations[i], says)
				}
			}
		})
	}
}

// TestAFailoverIsNotRefusedForOneOfItsParts, but for what concerns all of it.
func TestAFailoverIsNotRefusedForOneOfItsParts(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*Evidence)
		want   Status
	}{
		"nothing in its way":                   {func(*Evidence) {}, Violated},
		"no consent":                           {func(e *Evidence) { e.Runs[0].Asked.AllowDataLoss = new(false) }, NotChecked},
		"an input of its own":                  {func(e *Evidence) { e.Runs[0].Input = []byte(`{"action":"explode"}`) }, NotChecked},
		"a lock":                               {func(e *Evidence) { e.Runs[0].Before.Lock = registry.Lock{Owner: "arn:run-0", Expires: at(time.Hour)} }, NotChecked},
		"a run that goes on":                   {func(e *Evidence) { e.Runs = append(e.Runs, stopped().Runs[0]); e.Runs[1].Name = "other" }, NotChecked},
		"a fence, although no other run moves": {func(e *Evidence) { e.Runs[0].Invocations[0].Result.ErrorType = string(failover.FenceLost) }, Violated},
		"a step that fails":                    {func(e *Evidence) { e.Runs[0].Invocations[0].Result.ErrorType = string(failover.Unreachable) }, NotChecked},
		"nothing that is elsewhere":            {func(e *Evidence) { e.Runs[0].Before = snapshotIn(west, 0, 100); e.Runs[0].After = e.Runs[0].Before }, NotChecked},
		"a registry that fails":                {func(e *Evidence) { e.Runs[0].Invocations[0].Calls[0].Code = "InternalServerError" }, NotChecked},
	} {
		e := refused()
		c.change(&e)
		if v := verdict(t, e, 12); v.Status != c.want {
			t.Errorf("%s: %s %v; want %s", name, v.Status, v.Violations, c.want)
		}
	}
}
