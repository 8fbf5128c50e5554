package conversion_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/drover-dr/drover/internal/estate"
	"github.com/drover-dr/drover/internal/estate/conversion"
	"github.com/drover-dr/drover/internal/failover"
)

const (
	east failover.Region = "us-east-1"
	west failover.Region = "us-west-2"
)

// record is www.example.com with the values 1 and 2.
func record(change func(*failover.Record)) failover.Record {
	r := failover.Record{Name: "www.example.com", Type: "A", Zone: "Z1", ZoneName: "example.com", TTL: 60, Endpoints: map[failover.Region]failover.Endpoint{east: {Value: "1"}, west: {Value: "2"}}}
	if change != nil {
		change(&r)
	}
	return r
}

func own(r *failover.Record) {
	r.TTL = 0
	r.Endpoints = map[failover.Region]failover.Endpoint{}
	for _, region := range []failover.Region{east, west} {
		r.Endpoints[region] = failover.Endpoint{Alias: &failover.Alias{Name: string(region) + ".www.example.com", Zone: "Z1"}}
	}
}

func ownHealth(r *failover.Record) {
	own(r)
	r.Endpoints[east].Alias.EvaluateTargetHealth = true
}

func identified(r *failover.Record) {
	r.Endpoints = map[failover.Region]failover.Endpoint{east: {Value: "1", SetIdentifier: "blue"}, west: {Value: "2", SetIdentifier: "dr"}}
}

// plan plans one record. The result is its changes, or why it is refused, or done.
func plan(live string, r failover.Record, o conversion.Options) string {
	o.Plan = failover.DefaultPlan()
	z := estate.Zone{ID: "Z1", Name: "example.com"}
	if live != "" {
		z.Sets = sets(live)
	}
	return result(conversion.Plan([]estate.Zone{z}, []failover.Application{{Name: "shop", Records: []failover.Record{r}}}, o))
}

func result(todo conversion.Todo) string {
	var all []string
	for _, c := range todo.Conversions {
		all = append(all, c.Lines()[1:]...)
	}
	for i := range all {
		all[i] = strings.TrimSpace(all[i])
	}
	for _, r := range todo.Refused {
		all = append(all, r.Reason)
	}
	if todo.Done > 0 {
		all = append(all, fmt.Sprint(todo.Done, " done"))
	}
	return strings.Join(all, "; ")
}

func TestWhatAConversionDoes(t *testing.T) {
	const pair = "CREATE us-east-1 (weight 100): 1, TTL 60; CREATE us-west-2 (weight 0): 2, TTL 60"
	accept := conversion.Options{Accept: []string{"*.example.com"}}
	serves := conversion.Options{Accept: []string{"www.example.com"}, Serves: west}
	for _, c := range []struct {
		name, live string
		change     func(*failover.Record)
		o          conversion.Options
		want       string
	}{
		{"simple", "1", nil, conversion.Options{}, "DELETE 1, TTL 60; " + pair},
		{"simple, served by the standby", "2", nil, conversion.Options{}, "DELETE 2, TTL 60; CREATE us-east-1 (weight 0): 1, TTL 60; CREATE us-west-2 (weight 100): 2, TTL 60"},
		{"simple, neither endpoint", "3", nil, conversion.Options{}, "it answers with 3 today, which is neither endpoint of the file (us-east-1: 1, us-west-2: 2); expected one of them: correct the file, or import again"},
		{"nothing there", "", nil, conversion.Options{}, "zone Z1 has no record set of it; create the weighted pair, or remove the record from the file"},
		{"failover", "1 role=PRIMARY hc=a id=blue; 2 role=SECONDARY id=dr", func(r *failover.Record) {
			identified(r)
			e := r.Endpoints[east]
			e.HealthCheck = "a"
			r.Endpoints[east] = e
		}, conversion.Options{}, "DELETE blue (PRIMARY): 1, TTL 60, health check a; DELETE dr (SECONDARY): 2, TTL 60; CREATE blue (weight 100): 1, TTL 60, health check a; CREATE dr (weight 0): 2, TTL 60"},
		{"failover without its health check", "1 role=PRIMARY hc=a; 2 role=SECONDARY", nil, conversion.Options{}, "it would change answers, while health check a is unhealthy: today 2, then 1; to convert it all the same, add --accept www.example.com"},
		{"latency", "1 near=us-east-1; 2 near=us-west-2", nil, conversion.Options{}, "it is latency, and clients get different answers: nearus-east-1 (latency, us-east-1): 1; nearus-west-2 (latency, us-west-2): 2; say which Region is to serve all of them, with --serves us-east-1 or --serves us-west-2"},
		{"latency, to the standby", "1 near=us-east-1; 2 near=us-west-2", nil, conversion.Options{Serves: west}, "it would change answers, for clients near us-east-1: today 1, then 2; to convert it all the same, add --accept www.example.com"},
		{"latency, accepted", "1 near=us-east-1 id=a; 2 near=us-west-2 id=b", nil, serves,
			"DELETE a (latency, us-east-1): 1, TTL 60; DELETE b (latency, us-west-2): 2, TTL 60; CREATE us-east-1 (weight 0): 1, TTL 60; CREATE us-west-2 (weight 100): 2, TTL 60; answers change, as accepted: for clients near us-east-1: today 1, then 2"},
		{"another name accepted", "1 near=us-east-1; 2 near=us-west-2", nil, conversion.Options{Serves: east, Accept: []string{"example.com"}}, "it would change answers, for clients near us-west-2: today 2, then 1; to convert it all the same, add --accept www.example.com"},
		{"a pair", "1 w=255 id=us-east-1; 2 w=0 id=us-west-2", nil, conversion.Options{}, "1 done"},
		{"a pair that the standby serves", "1 w=0 id=us-east-1; 2 w=1 id=us-west-2", nil, conversion.Options{}, "1 done"},
		{"a pair of other identifiers", "1 w=255 id=blue; 2 w=0 id=dr", identified, conversion.Options{}, "1 done"},
		{"a pair with other identifiers than the file's", "1 w=255 id=blue; 2 w=0 id=dr", nil, conversion.Options{}, "DELETE blue (weight 255): 1, TTL 60; DELETE dr (weight 0): 2, TTL 60; CREATE us-east-1 (weight 255): 1, TTL 60; CREATE us-west-2 (weight 0): 2, TTL 60"},
		{"a third set that clients get", "1 w=1 id=us-east-1; 2 w=0 id=us-west-2; 3 w=3 id=kubecost", nil, conversion.Options{}, "it would change answers, today 1 (25 %) and 3 (75 %), then 1; to convert it all the same, add --accept www.example.com"},
		{"a third set, accepted", "1 w=1 id=us-east-1; 2 w=0 id=us-west-2; 3 w=3 id=kubecost", nil, accept, "DELETE kubecost (weight 3): 3, TTL 60; answers change, as accepted: today 1 (25 %) and 3 (75 %), then 1"},
		{"a third set of the same answer", "1 w=1 id=us-east-1; 2 w=0 id=us-west-2; 1 w=3 id=kubecost", nil, conversion.Options{}, "DELETE kubecost (weight 3): 1, TTL 60"},
		{"a third set without weight", "1 w=1 id=us-east-1; 2 w=0 id=us-west-2; 3 w=0 id=parked", nil, conversion.Options{}, "1 done"},
		{"both serve", "1 w=50 id=us-east-1; 2 w=50 id=us-west-2", nil, conversion.Options{Accept: []string{"*"}, Serves: west}, "DELETE us-east-1 (weight 50): 1, TTL 60; CREATE us-east-1 (weight 0): 1, TTL 60; answers change, as accepted: today 1 (50 %) and 2 (50 %), then 2"},
		{"one weighted set", "1 w=7 id=us-east-1", nil, conversion.Options{}, "CREATE us-west-2 (weight 0): 2, TTL 60"},
		{"one weighted set without weight", "1 w=0 id=us-east-1", nil, conversion.Options{}, "DELETE us-east-1 (weight 0): 1, TTL 60; " + pair},
		{"multivalue", "1 multi=; 2 multi=", nil, accept, "its routing policy, multivalue, is none that Drover converts"},
		{"aliases to the records that have its values", "1; 1 name=us-east-1.www.example.com; 2 name=us-west-2.www.example.com", own, conversion.Options{},
			"DELETE 1, TTL 60; CREATE us-east-1 (weight 100): alias us-east-1.www.example.com in Z1; CREATE us-west-2 (weight 0): alias us-west-2.www.example.com in Z1"},
		{"aliases to records of other values", "3; 1 name=us-east-1.www.example.com; 2 name=us-west-2.www.example.com", own, conversion.Options{},
			"it answers with 3 today, which is neither endpoint of the file (us-east-1: alias us-east-1.www.example.com in Z1, us-west-2: alias us-west-2.www.example.com in Z1); expected one of them: correct the file, or import again"},
		{"an alias that evaluates a record with a health check", "1; 1 name=us-east-1.www.example.com hc=a; 2 name=us-west-2.www.example.com", ownHealth, conversion.Options{},
			"it would change answers, while health check a is unhealthy: today 1, then 2; to convert it all the same, add --accept www.example.com"},
		{"an alias to a weighted group is not its first record set", "x own=pool; 1 w=1 name=pool.www.example.com id=a; 3 w=1 name=pool.www.example.com id=b", nil, conversion.Options{},
			"it answers with alias pool.www.example.com in Z1 today, which is neither endpoint of the file (us-east-1: 1, us-west-2: 2); expected one of them: correct the file, or import again"},
		{"two aliases to aliases are not the same", "x own=one; x alias= name=one.www.example.com; y alias= name=us-east-1.www.example.com; 2 name=us-west-2.www.example.com", own, conversion.Options{},
			"it answers with alias one.www.example.com in Z1 today, which is neither endpoint of the file (us-east-1: alias us-east-1.www.example.com in Z1, us-west-2: alias us-west-2.www.example.com in Z1); expected one of them: correct the file, or import again"},
		{"an alias behind two health checks", "1; 1 name=us-east-1.www.example.com hc=a; 2 name=us-west-2.www.example.com", func(r *failover.Record) {
			ownHealth(r)
			e := r.Endpoints[east]
			e.HealthCheck = "b"
			r.Endpoints[east] = e
		}, conversion.Options{},
			"it answers with 1 today, which is neither endpoint of the file (us-east-1: alias us-east-1.www.example.com in Z1, us-west-2: alias us-west-2.www.example.com in Z1); expected one of them: correct the file, or import again"},
		{"the alias of a record that is not there", "1", func(r *failover.Record) {
			r.Endpoints[west] = failover.Endpoint{Alias: &failover.Alias{Name: "us-west-2.www.example.com", Zone: "Z1"}}
		}, conversion.Options{}, "the alias of us-west-2 points to us-west-2.www.example.com A, which zone Z1 does not have; Route 53 would reject the batch"},
		{"the alias of itself", "1", func(r *failover.Record) {
			r.Endpoints[west] = failover.Endpoint{Alias: &failover.Alias{Name: "www.example.com", Zone: "Z1"}}
		}, conversion.Options{}, "the alias of us-west-2 points to www.example.com A, which zone Z1 does not have; Route 53 would reject the batch"},
	} {
		t.Run(c.name, func(t *testing.T) {
			if diff := cmp.Diff(c.want, plan(c.live, record(c.change), c.o)); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// TestWhatUndoingDoes undoes a conversion of a simple record, with what was changed since.
func TestWhatUndoingDoes(t *testing.T) {
	const after = "1 w=100 id=us-east-1; 2 w=0 id=us-west-2"
	for _, c := range []struct{ name, live, accept, want string }{
		{"as it was left", after, "", "DELETE us-east-1 (weight 100): 1, TTL 60; DELETE us-west-2 (weight 0): 2, TTL 60; CREATE 1, TTL 60"},
		{"undone already", "1", "", "1 done"},
		{"other weights, the same answer", "1 w=1 id=us-east-1; 2 w=0 id=us-west-2", "", "DELETE us-east-1 (weight 1): 1, TTL 60; DELETE us-west-2 (weight 0): 2, TTL 60; CREATE 1, TTL 60"},
		{"failed over since", "1 w=0 id=us-east-1; 2 w=100 id=us-west-2", "", "to undo it would change answers, today 2, then 1; it has been moved or changed since, or the conversion changed answers too; fail back first, or add --accept www.example.com"},
		{"failed over since, accepted", "1 w=0 id=us-east-1; 2 w=100 id=us-west-2", "*", "DELETE us-east-1 (weight 0): 1, TTL 60; DELETE us-west-2 (weight 100): 2, TTL 60; CREATE 1, TTL 60; answers change, as accepted: today 2, then 1"},
		{"health checks of a switch since", "1 w=100 id=us-east-1 hc=a; 2 w=0 id=us-west-2 hc=b", "", "to undo it would change answers, while health check a is unhealthy: today 2, then 1; it has been moved or changed since, or the conversion changed answers too; fail back first, or add --accept www.example.com"},
		{"deleted since", "", "", "zone Z1 has no record set of it any more; create what it was: 1"},
	} {
		t.Run(c.name, func(t *testing.T) {
			file := conversion.NewFile("drover", time.Time{}, []conversion.Conversion{{Application: "shop", Zone: "Z1", ZoneName: "example.com", Name: "www.example.com", Type: "A", Before: sets("1"), After: sets(after)}})
			z := estate.Zone{ID: "Z1", Name: "example.com"}
			if c.live != "" {
				z.Sets = sets(c.live)
			}
			o := conversion.Options{Plan: failover.DefaultPlan()}
			if c.accept != "" {
				o.Accept = []string{c.accept}
			}
			if diff := cmp.Diff(c.want, result(conversion.Undo([]estate.Zone{z}, file, o))); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

func TestAFileThatIsNoUndoFileIsRefused(t *testing.T) {
	for text, want := range map[string]string{
		"applications:": "not the undo file of a conversion", "{}": "expected an undo file that drover import --convert has written",
		`{"droverUndo": 1, "conversions": [{"zone": "Z1", "name": "a", "type": "A", "before": [{"Name": "a"}], "after": []}]}`:                                       `conversion "a" in zone "Z1": expected a zone, a name, a type`,
		`{"droverUndo": 1, "conversions": [{"zone": "Z1", "name": "a", "type": "A", "before": [{"Name": "a"}], "after": [{"Weight": 1}, {"Region": "us-east-1"}]}]}`: "record sets of one routing policy",
		`{"droverUndo": 2, "conversions": [{}]}`: `expected an undo file that drover import --convert has written, with "droverUndo": 1`,
	} {
		if _, err := conversion.ReadFile("u.json", []byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v; want %s", text, err, want)
		}
	}
}
