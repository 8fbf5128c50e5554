package sim

import (
	"flag"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/statemachine/guarantee"
	"github.com/drover-dr/drover/statemachine/memoryhost"
)

// planted is a mistake that the functions could make, and the guarantees of which one must be violated by it.
type planted struct {
	name   string
	by     []int
	defect memoryhost.Defect
}

// emptyJSON is the answer of DynamoDB to a write.
var emptyJSON = "{}"

const published = `<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>m</MessageId></PublishResult></PublishResponse>`

const promoted = `<FailoverGlobalClusterResponse xmlns="http://rds.amazonaws.com/doc/2014-10-31/"><FailoverGlobalClusterResult><GlobalCluster/></FailoverGlobalClusterResult></FailoverGlobalClusterResponse>`

// target is the operation of a request to a JSON service.
func target(r *http.Request) string { return r.Header.Get("X-Amz-Target") }

func action(body, name string) bool { return strings.Contains(body, "Action="+name) }

// requests is a defect of the requests of one step.
func requests(step string, change func(r *http.Request, body string) (string, *string)) memoryhost.Defect {
	return memoryhost.Defect{Request: func(s string, r *http.Request, body string) (string, *string) {
		if s != step {
			return body, nil
		}
		return change(r, body)
	}}
}

// batches is a defect of the batches that ShiftTraffic sends.
func batches(change func(body string) string) memoryhost.Defect {
	return requests("shifttraffic", func(r *http.Request, body string) (string, *string) {
		if r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/rrset/") || strings.HasSuffix(r.URL.Path, "/rrset") && r.Method == http.MethodPost {
			return change(body), nil
		}
		return body, nil
	})
}

// skips leaves out the requests of a step that match, as if they had been made.
func skips(step, operation, answer string, about ...string) memoryhost.Defect {
	return requests(step, func(r *http.Request, body string) (string, *string) {
		matches := strings.HasSuffix(target(r), "."+operation) || action(body, operation) || r.Method+" "+r.URL.Path == operation
		for _, text := range about {
			matches = matches && strings.Contains(body, text)
		}
		if matches {
			return body, &answer
		}
		return body, nil
	})
}

// answers is a defect of the answers of one step.
func answers(step string, change func(payload, answer string) string) memoryhost.Defect {
	return memoryhost.Defect{Answer: func(s, payload, answer string) string {
		if s != step {
			return answer
		}
		return change(payload, answer)
	}}
}

// unconditional takes the condition out of the writes of a step to a partition.
func unconditional(step, partition string) memoryhost.Defect {
	condition := regexp.MustCompile(`"ConditionExpression":"([^"\\]|\\.)*",?`)
	return requests(step, func(r *http.Request, body string) (string, *string) {
		if strings.HasSuffix(target(r), ".UpdateItem") && strings.Contains(body, partition) {
			return condition.ReplaceAllString(body, ""), nil
		}
		return body, nil
	})
}

var (
	created     = regexp.MustCompile(`(?s)<Change><Action>CREATE</Action>.*?</Change>`)
	verdict     = regexp.MustCompile(`"verdict":"[a-z-]*"`)
	epochNumber = regexp.MustCompile(`"epoch":\d+`)
	bound       = regexp.MustCompile(`"boundSeconds":\d+`)
	movedList   = regexp.MustCompile(`"moved":\s*\[[^\]]*\]`)
	fenceSets   = regexp.MustCompile(`(?s)<Change><Action>(CREATE|DELETE)</Action><ResourceRecordSet><Name>_drover[^<]*</Name>.*?</Change>`)
)

// inCreated changes the record sets that a batch creates.
func inCreated(change func(set string) string) func(string) string {
	return func(body string) string {
		return created.ReplaceAllStringFunc(body, func(set string) string {
			if strings.Contains(set, "<Type>TXT</Type>") {
				return set
			}
			return change(set)
		})
	}
}

func weight(from, to string) func(string) string {
	return inCreated(func(set string) string {
		return strings.ReplaceAll(set, "<Weight>"+from+"</Weight>", "<Weight>"+to+"</Weight>")
	})
}

// defects are the mistakes, over all guarantees.
var defects = []planted{
	{"both Regions get all the weight", []int{1}, batches(weight("0", "100"))},
	{"no Region gets any weight", []int{1}, batches(weight("100", "0"))},
	{"the target Region gets one percent less", []int{1, 3}, batches(weight("100", "99"))},
	{"the record sets get a TTL of their own", []int{1}, batches(inCreated(func(set string) string {
		return regexp.MustCompile(`<TTL>\d+</TTL>`).ReplaceAllString(set, "<TTL>61</TTL>")
	}))},
	{"a planned promotion loses data", []int{2}, requests("promotedatabase", func(r *http.Request, body string) (string, *string) {
		if !action(body, "SwitchoverGlobalCluster") {
			return body, nil
		}
		r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/"+east+"/rds", "/"+west+"/rds", 1))
		return strings.Replace(body, "Action=SwitchoverGlobalCluster", "Action=FailoverGlobalCluster&AllowDataLoss=true", 1), nil
	})},
	{"every check passes", []int{3}, answers("verifyhealth", func(_, answer string) string { return verdict.ReplaceAllString(answer, `"verdict":"passed"`) })},
	{"the registry is not written", []int{3, 4, 5}, skips("updateregistry", "UpdateItem", emptyJSON, "applications")},
	{"the lock is not released", []int{3, 4, 10}, skips("updateregistry", "UpdateItem", emptyJSON, `{"S":"lock"}`)},
	{"there is no report", []int{3, 4, 5}, requests("notify", func(r *http.Request, body string) (string, *string) {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "report.json") {
			return body, new("")
		}
		return body, nil
	})},
	{"the report lists nothing as moved", []int{5, 3}, requests("notify", func(r *http.Request, body string) (string, *string) {
		if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "report.json") {
			for name := range r.Header {
				if strings.HasPrefix(name, "X-Amz-Checksum-") { // of the report as it was
					r.Header.Del(name)
				}
			}
			r.Header.Set("X-Amz-Content-Sha256", "UNSIGNED-PAYLOAD")
			return movedList.ReplaceAllString(body, `"moved":[]`), nil
		}
		return body, nil
	})},
	{"no message is published", []int{11, 3}, skips("notify", "Publish", published)},
	{"an earlier notification is not found", []int{9}, requests("notify", func(r *http.Request, body string) (string, *string) {
		if r.Method == http.MethodGet {
			r.URL.Path, r.URL.RawPath = strings.Replace(r.URL.Path, "/runs/", "/runs/none-", 1), ""
		}
		return body, nil
	})},
	{"a rollback shifts nothing, and checks nothing", []int{4}, memoryhost.Defect{ // one of the two alone ends Held, as it should
		Instead: func(step, payload string) (string, bool) {
			return `{"changes":[],"records":0,"alreadyDone":0,"remaining":0}`, step == "shifttraffic" && strings.Contains(payload, `"phase":"rollback"`)
		},
		Answer: func(step, payload, answer string) string {
			if step == "verifyhealth" && strings.Contains(payload, `"phase":"rollback"`) {
				return verdict.ReplaceAllString(answer, `"verdict":"passed"`)
			}
			return answer
		},
	}},
	{"a rollback does not write the registry", []int{4, 5}, memoryhost.Defect{Instead: func(step, payload string) (string, bool) {
		return `{"applications":0}`, step == "updateregistry" && strings.Contains(payload, `"phase":"rollback"`) && !strings.Contains(payload, `"op"`)
	}}},
	{"a check goes on as a run", []int{6}, answers("validate", func(_, answer string) string {
		return strings.Replace(answer, `"verdict":"checked"`, `"verdict":"proceed"`, 1)
	})},
	{"a failover asks the Region that it leaves", []int{7}, requests("promotedatabase", func(r *http.Request, body string) (string, *string) {
		if action(body, "DescribeGlobalClusters") {
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "/"+west+"/rds", "/"+east+"/rds", 1))
		}
		return body, nil
	})},
	{"the bound is thirty seconds", []int{8}, answers("validate", func(_, answer string) string { return bound.ReplaceAllString(answer, `"boundSeconds":30`) })},
	{"the registry takes every write", []int{9, 10, 5}, unconditional("updateregistry", "applications")},
	{"the lock is anyone's", []int{10}, unconditional("validate", `{"S":"lock"}`)},
	{"every run has epoch 1", []int{12}, answers("validate", func(_, answer string) string { return epochNumber.ReplaceAllString(answer, `"epoch":1`) })},
	{"zones have no fence", []int{10}, batches(func(body string) string { return fenceSets.ReplaceAllString(body, "") })},
	{"the second database is not promoted", []int{12}, skips("promotedatabase", "FailoverGlobalCluster", promoted, "orders")},
	{"one zone is not moved", []int{12, 3}, requests("shifttraffic", func(r *http.Request, body string) (string, *string) {
		if r.Method == http.MethodPost && strings.Contains(r.URL.Path, "Z0000000001EXAMPLE") {
			return strings.Replace(body, "<Weight>100</Weight>", "<Weight>256</Weight>", 1), nil
		}
		return body, nil
	})},
	{"a drill does not return", []int{3}, answers("validate", func(payload, answer string) string {
		if strings.Contains(payload, `"phase":"return"`) {
			return regexp.MustCompile(`"stages":\[.*?\],"`).ReplaceAllString(answer, `"stages":[],"`)
		}
		return answer
	})},
	{"a change counts as in sync at once", []int{3, 4}, memoryhost.Defect{Answer: func(step, payload, answer string) string {
		if step == "shifttraffic" && strings.Contains(answer, `"changes"`) {
			return regexp.MustCompile(`"changes":\[[^\]]*\]`).ReplaceAllString(answer, `"changes":[]`)
		}
		return answer
	}}},
	{"nothing is flipped", []int{3, 5, 12}, skips("shifttraffic", "UpdateItem", emptyJSON, "switches")},
}

// showsIn says in which situations a defect can show at all: the others need not be played. All others can show in any.
var showsIn = map[string]func(Situation) bool{
	"zones have no fence": startsInBothRegions,
}

// startsInBothRegions says whether runs that move something start in both Regions within five seconds: each takes the lock of its own.
func startsInBothRegions(s Situation) bool {
	starts := func(e Event, region string) bool {
		return strings.HasPrefix(e.Text, "start: {region: "+region) && !strings.Contains(e.Text, "action: check") && !strings.Contains(e.Text, "dryRun")
	}
	return slices.ContainsFunc(s.Events, func(a Event) bool {
		return starts(a, east) && slices.ContainsFunc(s.Events, func(b Event) bool { return starts(b, west) && (a.At-b.At).Abs() <= 5*time.Second })
	})
}

var withDefects = flag.Bool("defects", false, "play situations with functions that are wrong")

// mostSeeds is how many situations a defect may survive.
var mostSeeds = flag.Uint64("most", 10_000, "how many situations a defect may survive")

// TestDefectsAreNoticed plays situations with functions that are wrong, until one of the guarantees that are named is violated.
func TestDefectsAreNoticed(t *testing.T) {
	if !*withDefects {
		t.Skip("make sim plays it")
	}
	a := deployed(t)
	for _, p := range defects {
		t.Run(p.name, func(t *testing.T) {
			t.Parallel()
			for n := range *mostSeeds {
				s := Draw(*seed + n)
				if shows := showsIn[p.name]; shows != nil && !shows(s) {
					continue
				}
				played, err := playWith(t, a, s, &p.defect)
				if err != nil {
					continue // a snapshot cannot be taken of what it has written
				}
				if number := violatedOf(played, p.by); number > 0 {
					t.Logf("guarantee %d is violated in situation %d", number, n+1)
					return
				}
			}
			t.Errorf("not noticed in %d situations; expected a violation of one of %v", *mostSeeds, p.by)
		})
	}
	if len(defects) < 25 {
		t.Errorf("%d defects; expected at least 25", len(defects))
	}
	for number := 1; number <= 12; number++ {
		if !slices.ContainsFunc(defects, func(p planted) bool { return p.by[0] == number }) {
			t.Errorf("no defect is for guarantee %d", number)
		}
	}
}

func violatedOf(p Played, by []int) int {
	for _, v := range p.Result.Guarantees {
		if v.Status == guarantee.Violated && slices.Contains(by, v.Number) {
			return v.Number
		}
	}
	return 0
}
