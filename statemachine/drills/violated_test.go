package drills

import (
	"slices"
	"strings"
	"testing"

	"github.com/drover-dr/drover/statemachine/drill/drilltest"
	"github.com/drover-dr/drover/statemachine/guarantee"
)

// mistakes are changes of the functions or of the definition that violate a guarantee, at least one for each: mistakes
// that a developer can make. A drill must find them, whatever outcome the run itself reports.
var mistakes = []struct {
	number     int
	name       string
	functions  []drilltest.Mutation
	definition []replacement
	// scenario is where it shows, and says what the verdict on the guarantee must say.
	scenario, says string
}{
	{
		number: 1, name: "every weight is zero",
		functions: []drilltest.Mutation{{
			File: "lambdas/shifttraffic/batch.go", Old: "after.Weight = aws.Int64(int64(weight))", New: "after.Weight = aws.Int64(int64(0 * weight))",
		}},
		scenario: "planned-switchover", says: "has us-east-1 0, us-west-2 0; expected us-east-1 0, us-west-2 100",
	},
	{
		number: 1, name: "a shift loses the health checks",
		functions: []drilltest.Mutation{{
			File: "lambdas/shifttraffic/batch.go", Old: "after := *set\n", New: "after := *set\n\tafter.HealthCheckId = nil\n",
		}},
		scenario: "planned-switchover", says: `health check ""; registered 198.51.100.30, TTL 60, health check "`,
	},
	{
		number: 2, name: "a planned run forces its promotions",
		functions: []drilltest.Mutation{{
			File: "lambdas/promotedatabase/handler.go", Old: "if req.Run.Action.Planned() {\n\t\t_, err =", New: "if !req.Run.Action.Planned() {\n\t\t_, err =",
		}},
		scenario: "planned-switchover", says: "with data loss",
	},
	{
		number: 3, name: "the registry gets the Region that was left",
		functions: []drilltest.Mutation{{
			File: "lambdas/updateregistry/stage.go", Old: "active = req.Stage.To", New: "active = req.Stage.From",
		}},
		scenario: "region-outage", says: "the registry says us-east-1",
	},
	{
		number: 3, name: "the report lists as moved nothing at all",
		functions: []drilltest.Mutation{{
			File: "lambdas/notify/inventory.go",
			Old:  "for _, app := range verified {\n\t\tr.Moved = append(r.Moved, app.Name)", New: "for _, app := range verified {\n\t\t_ = app",
		}},
		scenario: "planned-switchover", says: "checkout has moved, but the report does not list it",
	},
	{
		number: 4, name: "a rollback leaves the registry as it is",
		functions: []drilltest.Mutation{{
			File: "lambdas/updateregistry/stage.go", Old: "case !req.Run.Moves(h.Registry.Plan, app) || req.SetAside.Traffic(app) || app.Broken != \"\" || !req.Stage.Knew(app.Name):", New: "case !req.Run.Moves(h.Registry.Plan, app) || req.Run.Phase == failover.Rollback:",
		}},
		scenario: "partial-promotion", says: "the registry says",
	},
	{
		number: 5, name: "the report lists as moved whatever was to move",
		functions: []drilltest.Mutation{{
			File: "lambdas/notify/inventory.go", Old: "case s.Inside():", New: "case s.Inside() || true:",
		}},
		scenario: "aurora-stuck", says: "but the report does not list it",
	},
	{
		number: 6, name: "a run that was refused is closed and notified",
		definition: []replacement{{`"Condition": "{% $plan.verdict = 'refused' %}", "Next": "Refused"`, `"Condition": "{% $plan.verdict = 'refused' %}", "Next": "CloseRun"`}},
		scenario:   "bad-input", says: "expected no change",
	},
	{
		number: 7, name: "the promotion is started in the Region that is left",
		functions: []drilltest.Mutation{{
			File: "lambdas/promotedatabase/handler.go", Old: "h.RDS(req.Stage.To).FailoverGlobalCluster", New: "h.RDS(req.Stage.From).FailoverGlobalCluster",
		}},
		scenario: "region-outage", says: "expected no request to the Region that it leaves",
	},
	{
		number: 8, name: "the checks are hours apart",
		definition: []replacement{{`$max([$stage.settleSeconds, $min(`, `$max([150 * $stage.settleSeconds, $min(`}},
		scenario:   "region-outage", says: "expected at most",
	},
	{
		number: 9, name: "a promotion needs no lock",
		functions: []drilltest.Mutation{{
			File: "lambdas/promotedatabase/handler.go", Old: "if starts < 0 && going < 0 {", New: "if true {",
		}},
		scenario: "failback", says: "promotion",
	},
	{
		number: 10, name: "a batch takes any fence for its own",
		functions: []drilltest.Mutation{{
			File: "lambdas/shifttraffic/fence.go",
			Old:  "case !found.Exists || theirs.Epoch < mine.Epoch:", New: "case !found.Exists || theirs.Epoch < mine.Epoch || theirs.Run != mine.Run:",
		}},
		scenario: "two-operators", says: "have both moved something",
	},
	{
		number: 11, name: "the message is not sent",
		functions: []drilltest.Mutation{{
			File: "lambdas/notify/publish.go", Old: "_, err := h.SNS.Publish(ctx, &sns.PublishInput{", New: "_, err := any(nil), error(nil)\n\t_ = (&sns.PublishInput{",
		}},
		scenario: "region-outage", says: "no notification was published",
	},
	{
		number: 12, name: "a batch that Route 53 refuses is not split",
		functions: []drilltest.Mutation{{
			File: "lambdas/shifttraffic/isolate.go", Old: "if !z.isolates || !errors.As(err, &refused) {", New: "if !errors.As(err, &refused) || true {",
		}},
		scenario: "alias-without-target", says: "record orders.example.org A of orders had no fault of its own",
	},
	{
		number: 12, name: "the databases wait for traffic that cannot be shifted",
		definition: []replacement{
			{`"Condition": "{% $run.action = 'failover' and $stage.promote = true and `, `"Condition": "{% $run.action = 'never' and $stage.promote = true and `},
			{`"Condition": "{% $run.action = 'failover' %}", "Next": "UpdateRegistry"`, `"Condition": "{% $run.action = 'failover' %}", "Next": "Settle"`},
			{`"Condition": "{% $states.input.verdict = 'unpromoted' and `, `"Condition": "{% $states.input.verdict = 'never' and `},
		},
		scenario: "promotion-without-dns", says: "database checkout of checkout had no fault of its own",
	},
	{
		number: 12, name: "a database that cannot be promoted refuses the failover",
		functions: []drilltest.Mutation{{
			File: "lambdas/validate/judge_findings.go", Old: "if j.outage() {\n\t\treturn j.add(", New: "if j.outage() && code != failover.CodeTopology {\n\t\treturn j.add(",
		}},
		scenario: "database-without-secondary", says: "was refused, although consent was given",
	},
	{
		number: 12, name: "the zones after one that is denied are left out",
		functions: []drilltest.Mutation{
			{File: "lambdas/shifttraffic/outage.go", Old: "case c != failover.Denied && !s.final(c):", New: "case c == failover.Denied:\n\t\t\treturn answer, nil\n\t\tcase !s.final(c):"},
			{File: "lambdas/shifttraffic/outage.go", Old: "first := max(s.req.Round-1, 0) % len(plans)", New: "first := 0"},
		},
		scenario: "zone-denied", says: "record www.example.net A of site had no fault of its own",
	},
}

// TestADrillSeesEveryGuaranteeViolated makes one mistake at a time and plays a scenario: the drill must fail, and say which
// guarantee is violated and how. (TestEveryGuaranteeCanBeViolated, beside the judge, has every way in which each can be.)
func TestADrillSeesEveryGuaranteeViolated(t *testing.T) {
	if testing.Short() {
		t.Skip("it builds functions again for each mistake")
	}
	for _, m := range mistakes {
		t.Run(m.name, func(t *testing.T) {
			result, transcript := playChanged(t, m.scenario, m.functions, m.definition)
			i := slices.IndexFunc(result.Guarantees, func(v guarantee.Verdict) bool { return v.Number == m.number })
			if i < 0 || result.Guarantees[i].Status != guarantee.Violated || result.OK() {
				t.Fatalf("%s does not see guarantee %d broken:\n%s", m.scenario, m.number, transcript)
			}
			if text := strings.Join(result.Guarantees[i].Violations, "\n"); !strings.Contains(text, m.says) {
				t.Errorf("got  %s\nwant %s", text, m.says)
			}
		})
	}
}
