package validate

import (
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// blocked is one kind of blocker.
type blocked struct {
	code, input string
	spoil       func(*scene)
	// types is in the command of the blocker.
	types string
}

func lockOf(run string) func(*scene) {
	return func(s *scene) {
		other := failover.Run{ID: run, ARN: "arn:aws:states:us-east-1:111122223333:execution:drover:" + run}
		_, err := s.store.TakeLock(s.t.Context(), other, s.world.Now(), s.world.Now().Add(time.Hour))
		must(s.t, err)
	}
}

func alarmIn(state string) func(*scene) {
	return func(s *scene) {
		must(s.t, s.world.AddAlarm(fakeaws.Alarm{Region: string(west), Name: "shop-5xx", State: state}))
	}
}

func foreignFence(values ...string) func(*scene) {
	return func(s *scene) {
		must(s.t, s.world.PutRecordSet("Z1", fakeaws.RecordSet{Name: "_drover-drover.shop.example", Type: "TXT", TTL: 60, Values: values}))
	}
}

func registered(change func(*failover.Application)) func(*scene) {
	return func(s *scene) {
		app := shop()
		change(&app)
		_, err := s.store.Register(s.t.Context(), failover.DefaultPlan(), []failover.Application{app}, start)
		must(s.t, err)
	}
}

var waysToBlock = []blocked{
	{failover.CodeInput, `{"action": "explode"}`, nil, `--input '{"action":"check"}'`},
	{failover.CodeInput, `{"action": "switchover", "order": "database-first", "since": "2030-01-01T00:00:00Z"}`, nil, `--input '{"action":"switchover","order":"database-first"}'`},
	{failover.CodeApplication, `{"action": "check", "applications": ["shoo"]}`, nil, "drover status --region us-west-2"},
	{failover.CodeConfiguration, `{"action": "switchover", "percents": [1, 2, 3, 4, 5, 6, 7, 8, 9, 100]}`, func(s *scene) {
		var apps []failover.Application
		for i := range 11 {
			app := blog()
			app.Name, app.Wave, app.Records[0].Name = fmt.Sprintf("blog-%d", i), i+2, fmt.Sprintf("blog-%d.shop.example", i)
			apps = append(apps, app)
			s.putWeights(app.Records[0], 100, 0)
		}
		_, err := s.store.Register(s.t.Context(), failover.DefaultPlan(), apps, start)
		must(s.t, err)
	}, `--input '{"action":"switchover"}'`},
	{failover.CodeLoosened, `{"action": "switchover", "approval": "none"}`, func(s *scene) { s.h.Plan.Approval = failover.BeforeStart }, `--input '{"action":"switchover"}'`},
	{failover.CodeDataLoss, `{"action": "failover", "reason": "it isn't there"}`, nil, `--input '{"action":"failover","allowDataLoss":true}'`},
	{failover.CodeLocked, `{"action": "switchover", "percents": [10, 100], "reason": "we can't wait", "requestedBy": "kim"}`, lockOf("run-0"),
		`--input '{"action":"switchover","percents":[10,100],"takeover":true}'`},
	{failover.CodeLocked, `{"action": "check"}`, lockOf("run-0"), "describe-execution --region us-east-1 --execution-arn arn:aws:states:us-east-1:111122223333:execution:drover:run-0"},
	{failover.CodeLocked, `{"action": "check"}`, func(s *scene) {
		s.fence(failover.Fence{Epoch: 7, Run: "run-0", Region: east, Phase: failover.Outbound})
	},
		"describe-execution --region us-east-1 --execution-arn arn:aws:states:us-east-1:111122223333:execution:drover:run-0"},
	{failover.CodeShared, `{"action": "switchover", "applications": ["shop"]}`, func(s *scene) {
		_, err := s.store.Register(s.t.Context(), failover.DefaultPlan(), []failover.Application{billing()}, start)
		must(s.t, err)
		s.putWeights(billing().Records[0], 100, 0)
	}, `--input '{"action":"switchover","applications":["shop","billing"]}'`},
	{failover.CodeUnrecorded, `{"action": "drill", "takeover": true}`, func(s *scene) {
		s.putWeights(shop().Records[0], 90, 10)
		s.fence(failover.Fence{Epoch: 1, Run: "run-0", Region: west, Phase: failover.Outbound})
	}, `--input '{"action":"switchover"}'`},
	{failover.CodeRunOver, consenting, func(s *scene) { must(s.t, s.store.ReleaseLock(s.t.Context(), s.validate(consenting).Run.ARN)) },
		`--input '{"action":"failover","allowDataLoss":true}'`},
	{failover.CodeDrift, `{"action": "check"}`, func(s *scene) { s.putWeights(shop().Records[0], 60, 40) },
		`drover register applications.yaml --region us-west-2`},
	{failover.CodeTopology, `{"action": "check"}`, registered(func(app *failover.Application) { app.Databases[0].GlobalCluster = "order" }), "drover register applications.yaml --region us-west-2"},
	{failover.CodeTopology, `{"action": "check"}`, registered(func(app *failover.Application) { app.Databases[0].Clusters[west] += "x" }),
		"aws rds describe-global-clusters --region us-west-2 --global-cluster-identifier orders"},
	{failover.CodeBroken, `{"action": "check"}`, registered(func(app *failover.Application) { delete(app.Databases[0].Clusters, west) }), "drover register applications.yaml --region us-west-2"},
	{failover.CodeTopology, `{"action": "check"}`, func(s *scene) { must(s.t, s.world.SetHeadless("orders", string(west), true)) },
		"aws rds create-db-instance --region us-west-2 --db-cluster-identifier orders-us-west-2 --db-instance-identifier orders-us-west-2-1 --engine aurora-postgresql --db-instance-class " +
			`"$(aws rds describe-db-instances --region us-east-1 --filters 'Name=db-cluster-id,Values=orders-us-east-1' --query 'DBInstances[0].DBInstanceClass' --output text)"`},
	{failover.CodeLag, `{"action": "check"}`, func(s *scene) {
		must(s.t, s.world.SetLag("orders", 30*time.Second))
		s.pass(2 * time.Minute)
	}, `"MetricName":"AuroraGlobalDBReplicationLag","Dimensions":[{"Name":"DBClusterIdentifier","Value":"orders-us-west-2"}]`},
	{failover.CodeNoData, `{"action": "check"}`, func(s *scene) { s.world.AdvanceTo(s.world.Now().Add(2 * time.Minute)) },
		"aws cloudwatch get-metric-data --region us-west-2 --start-time 2026-03-14T02:52:05Z --end-time 2026-03-14T03:22:05Z --metric-data-queries " +
			`'[{"Id":"q","MetricStat":{"Metric":{"Namespace":"Shop","MetricName":"Served","Dimensions":[{"Name":"Region","Value":"us-west-2"}]},"Period":10,"Stat":"Average"}}]'`},
	{failover.CodeUnhealthy, `{"action": "check"}`, func(s *scene) {
		s.world.AdvanceTo(s.world.Now().Add(10 * time.Second))
		s.world.PutMetric("us-west-2", "Shop", "Served", map[string]string{"Region": "us-west-2"}, 82.5)
	}, "aws cloudwatch get-metric-data --region us-west-2"},
	{failover.CodeAlarm, `{"action": "check"}`, alarmIn("ALARM"), "aws cloudwatch describe-alarms --region us-west-2 --alarm-types MetricAlarm CompositeAlarm --alarm-names shop-5xx"},
	{failover.CodeAlarm, `{"action": "check"}`, alarmIn("INSUFFICIENT_DATA"), "--alarm-names shop-5xx"},
	{failover.CodeAlarm, `{"action": "check"}`, registered(func(app *failover.Application) { app.Alarms = []string{"it's new"} }), "drover register applications.yaml"},
	{failover.CodeSwitch, `{"action": "drill"}`, func(s *scene) {
		s.h.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
		s.evacuate(west, 3)
	}, `--region us-east-1 --state-machine-arn arn:aws:states:us-east-1:111122223333:stateMachine:drover --input '{"action":"weights"}'`},
	{failover.CodeUnreachable, `{"action": "check", "applications": ["shop"]}`, func(s *scene) {
		s.world.Inject(fakeaws.Fault{Service: "rds", Operation: "DescribeDBClusters", Error: &fakeaws.APIError{Code: "AccessDenied", Status: 403, Message: "not authorized"}})
	}, `--input '{"action":"check","applications":["shop"]}'`},
	{failover.CodeUnreachable, `{"action": "check"}`, foreignFence(`"it's me"`),
		`aws route53 change-resource-record-sets --hosted-zone-id Z1 --change-batch '{"Changes":[{"Action":"DELETE","ResourceRecordSet":{"Name":"_drover-drover.shop.example.","Type":"TXT","TTL":60,"ResourceRecords":[{"Value":"\"it'\''s me\""}]}}]}'`},
	{failover.CodeUnreachable, `{"action": "check"}`, foreignFence(`"one"`, `"two"`), `[{"Value":"\"one\""},{"Value":"\"two\""}]`},
	{failover.CodeWrongRegion, `{"action": "failback", "applications": ["shop"]}`, nil, `--region us-east-1 --state-machine-arn arn:aws:states:us-east-1:111122223333:stateMachine:drover --input '{"action":"failback","applications":["shop"]}'`},
	{failover.CodeWrongRegion, `{"action": "switchover"}`, func(s *scene) { s.h.Region = "eu-west-1" }, `--region us-west-2 --state-machine-arn arn:aws:states:us-west-2:`},
	{failover.CodeSwitchCheck, `{"action": "check"}`, func(s *scene) {
		s.h.Plan.Switches = []failover.Switch{{Name: "default", Lever: failover.EndpointLever}}
		wrong := checkOn(east)
		wrong.FailureThreshold = 3
		must(s.t, s.world.AddHealthCheck(wrong))
		must(s.t, s.store.PublishSwitchCheck(s.t.Context(), registry.SwitchCheck{Switch: "default", Region: east, ID: wrong.ID}))
	}, "aws route53 update-health-check --health-check-id check-us-east-1 --failure-threshold 1"},
	{failover.CodeAlreadyActive, `{"action": "switchover", "percents": [10, 50, 100]}`, func(s *scene) {
		s.putWeights(shop().Records[0], 50, 50)
		_, err := s.store.SetLive(s.t.Context(), mustApplications(s)[0], failover.Live{Active: east, Weights: map[failover.Region]int{east: 50, west: 50}, Epoch: 1})
		must(s.t, err)
	}, `"percents":[50,100]`},
}

func TestEveryBlockerHasACommandThatCanBeTyped(t *testing.T) {
	seen := map[string]bool{}
	for i, c := range waysToBlock {
		t.Run(fmt.Sprintf("%d %s", i, c.code), func(t *testing.T) {
			s := newScene(t, shop())
			if c.spoil != nil {
				c.spoil(s)
			}
			answer := s.validate(c.input)
			found := false
			for _, f := range answer.Findings {
				if f.Severity != failover.Blocker {
					continue
				}
				seen[f.Code] = true
				checkCommand(t, f)
				found = found || f.Code == c.code && strings.Contains(f.Command, c.types)
			}
			if !found {
				t.Errorf("no blocker %s types %s; got %+v", c.code, c.types, answer.Findings)
			}
			for said := range strings.SplitSeq(strings.TrimPrefix(answer.Summary, "Refused, nothing was touched: "), " | ") {
				_, command, typed := strings.Cut(said, "; type: ")
				if typed && words(t, command) == nil {
					t.Errorf("the summary has half a command: %s", said)
				}
			}
		})
	}
	s := newScene(t)
	for _, f := range s.validate(`{"action": "check"}`).Findings {
		seen[f.Code] = true
		checkCommand(t, f)
	}
	for _, code := range blockerCodes(t) {
		if !seen[code] {
			t.Errorf("nothing here blocks with %s", code)
		}
	}
}

// blockerCodes are all codes of findings but those that only warn.
func blockerCodes(t *testing.T) []string {
	text, err := os.ReadFile("../../internal/failover/finding.go")
	must(t, err)
	onlyWarn := []string{failover.CodeTakeover, failover.CodeTTL, failover.CodeControlPlane, failover.CodeBound, failover.CodeGradual, failover.CodeConcurrency, failover.CodeRelease, failover.CodeHealthRegion}
	onlyWarn = append(onlyWarn, failover.CodeChanged) // blocks later phases only; see TestAPhaseThatReturnsMovesOnlyWhatWasSeenBeforeIt
	var all []string
	for _, match := range regexp.MustCompile(`(?m)^\tCode\w+ += "([^"]+)"`).FindAllStringSubmatch(string(text), -1) {
		if !slices.Contains(onlyWarn, match[1]) {
			all = append(all, match[1])
		}
	}
	if len(all) < 14 {
		t.Fatalf("got %v", all)
	}
	return all
}

// checkCommand has a shell read the command, and checks what it would be given.
func checkCommand(t *testing.T, f failover.Finding) {
	t.Helper()
	all := words(t, f.Command)
	if len(all) < 3 || all[0] != "aws" && all[0] != "drover" {
		t.Errorf("%s: got the command %q of %s", f.Code, f.Command, f)
		return
	}
	if i := slices.Index(all, "--input"); i > 0 {
		if _, err := failover.ParseInput([]byte(all[i+1])); err != nil {
			t.Errorf("%s: %v", f.Command, err)
		}
	}
}

// words are those that a shell reads, none when it would wait for more. It finds no command to run in their place.
func words(t *testing.T, command string) []string {
	t.Helper()
	shell, err := exec.LookPath("sh")
	if err != nil {
		t.Skip("there is no shell here")
	}
	out, err := exec.Command(shell, "-c", `PATH=; set -- `+command+`; printf '%s\0' "$@"`).Output()
	if err != nil || command == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(out), "\x00"), "\x00")
}

func TestAWarningNeedsNoCommand(t *testing.T) {
	s := newScene(t, shop())
	alarmIn("ALARM")(s)
	for _, f := range s.validate(consenting).Findings {
		if f.Command != "" {
			t.Errorf("got the command %s of the warning %s", f.Command, f)
		}
	}
}

// TestACommandThatDoesNotFitIsLeftOutOfTheSummaryAlone: two hundred names are more than a line has room for.
func TestACommandThatDoesNotFitIsLeftOutOfTheSummaryAlone(t *testing.T) {
	names := []string{}
	apps := []failover.Application{shop()}
	for i := range failover.MaxNamedApplications {
		app := blog()
		app.Name, app.Records[0].Name = fmt.Sprintf("blog-%03d", i), fmt.Sprintf("blog-%03d.shop.example", i)
		names, apps = append(names, fmt.Sprintf("%q", app.Name)), append(apps, app)
	}
	s := newScene(t, apps...)
	lockOf("run-0")(s)
	answer := s.validate(`{"action": "switchover", "applications": [` + strings.Join(names, ", ") + `]}`)
	if command := answer.Findings[0].Command; !strings.Contains(command, "blog-199") || words(t, command) == nil {
		t.Errorf("got the command %s", command)
	}
	if strings.Contains(answer.Summary, "start-execution") || len(answer.Summary) > 1000 || size(answer) > maxAnswer {
		t.Errorf("an answer of %d bytes with the summary %s", size(answer), answer.Summary)
	}
}
