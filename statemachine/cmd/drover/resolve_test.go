package main

import (
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

const ireland, frankfurt = failover.Region("eu-west-1"), failover.Region("eu-central-1")

// abroad is a simulator with plans between two Regions of Europe. The working directory is empty, and the AWS configuration names
// no Region.
func abroad(t *testing.T, plans ...string) (*fakeaws.World, string) {
	t.Helper()
	operator(t)
	t.Chdir(t.TempDir())
	for _, name := range []string{"AWS_REGION", "AWS_DEFAULT_REGION", "DROVER_PLAN"} {
		t.Setenv(name, "")
	}
	usual := answerWithin
	answerWithin = time.Second
	t.Cleanup(func() { answerWithin = usual })
	world := fakeaws.New("111122223333", now(), string(ireland), string(frankfurt))
	server := httptest.NewServer(world)
	t.Cleanup(server.Close)
	for _, name := range plans {
		plan := failover.DefaultPlan()
		plan.Name, plan.Primary, plan.Standby = name, ireland, frankfurt
		if err := world.AddTable(name+"-registry", string(ireland), string(frankfurt)); err != nil {
			t.Fatal(err)
		}
		if err := world.AddStateMachine(fakeaws.StateMachine{
			ARN: "arn:aws:states:eu-central-1:111122223333:stateMachine:" + name, Region: string(frankfurt), Name: name,
			Definition: `{"QueryLanguage": "JSONata", "StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}}`,
		}); err != nil {
			t.Fatal(err)
		}
		publishPlan(t, server.URL, plan)
	}
	world.AdvanceTo(world.Now().Add(time.Minute))
	return world, server.URL
}

func publishPlan(t *testing.T, url string, plan failover.Plan) {
	t.Helper()
	store := &registry.Store{Table: plan.Name + "-registry", Plan: plan, Client: dynamodb.New(dynamodb.Options{
		Region: string(ireland), BaseEndpoint: aws.String(url), HTTPClient: plainbody.New(), Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, "secret", ""),
	})}
	if err := store.PublishRelease(t.Context(), registry.Release{Region: ireland, Version: "1", Format: failover.Format, Since: now()}); err != nil {
		t.Fatal(err)
	}
	if err := store.PublishPlan(t.Context(), ireland, plan); err != nil {
		t.Fatal(err)
	}
}

// knows says whether status shows the Regions of the plan.
func knows(t *testing.T, args ...string) {
	t.Helper()
	code, stdout, stderr := drover(t, t.Context(), append([]string{"status"}, args...)...)
	if code != exitOK || !strings.Contains(stdout, "APPLICATION  WAVE  ACTIVE  eu-west-1  eu-central-1") {
		t.Errorf("%q: exit code %d, %q, %q", args, code, stdout, stderr)
	}
}

func TestANameAndOneRegionLeadToThePlan(t *testing.T) {
	_, url := abroad(t, "acme", "shop")
	for _, region := range []failover.Region{ireland, frankfurt} {
		knows(t, "--plan", "acme", "--region", string(region), "--endpoint-url", url)
	}
	t.Setenv("DROVER_PLAN", "acme")
	t.Setenv("AWS_REGION", string(ireland))
	knows(t, "--endpoint-url", url)
}

func TestTheOnlyPlanIsFound(t *testing.T) {
	_, url := abroad(t, "acme")
	knows(t, "--region", string(frankfurt), "--endpoint-url", url)
}

func TestOfSeveralPlansOneMustBeNamed(t *testing.T) {
	_, url := abroad(t, "acme", "shop")
	code, _, stderr := drover(t, t.Context(), "status", "--region", string(frankfurt), "--endpoint-url", url)
	if code != exitUsage || !strings.Contains(stderr, "there are several plans: acme, shop; type --plan NAME, or set DROVER_PLAN") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func named(t *testing.T, text string) {
	t.Helper()
	if err := os.WriteFile(planFile, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestAnUnreachableRegionStopsNoCommand: where drover.yaml has both Regions, the other one is asked.
func TestAnUnreachableRegionStopsNoCommand(t *testing.T) {
	for _, dark := range []failover.Region{ireland, frankfurt} {
		world, url := abroad(t, "acme", "shop")
		named(t, "plan: acme\nregions: [eu-west-1, eu-central-1]\n")
		if err := os.Mkdir("below", 0o700); err != nil {
			t.Fatal(err)
		}
		t.Chdir("below")
		if err := world.SetDark(string(dark), true); err != nil {
			t.Fatal(err)
		}
		knows(t, "--endpoint-url", url)
	}
}

func TestAnUnreachableRegionIsNamedWithWhatToType(t *testing.T) {
	world, url := abroad(t, "acme")
	if err := world.SetDark(string(frankfurt), true); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := drover(t, t.Context(), "status", "--plan", "acme", "--region", string(frankfurt), "--endpoint-url", url)
	for _, want := range []string{"the registry of the plan acme was not found in eu-central-1", "name one of its Regions with --region REGION, or both in drover.yaml (plan: acme, regions: [PRIMARY, STANDBY])"} {
		if code != exitFailed || !strings.Contains(stderr, want) {
			t.Errorf("exit code %d; %q lacks %q", code, stderr, want)
		}
	}
}

// TestAPlanThatHasNotPublishedItselfStartsItsFirstCheck, which publishes it.
func TestAPlanThatHasNotPublishedItselfStartsItsFirstCheck(t *testing.T) {
	world, url := abroad(t)
	if err := world.AddTable("acme-registry", string(ireland), string(frankfurt)); err != nil {
		t.Fatal(err)
	}
	code, _, stderr := drover(t, t.Context(), "status", "--plan", "acme", "--region", string(ireland), "--endpoint-url", url)
	if want := "the plan acme has not published itself in eu-west-1 yet; type: drover start check --plan acme --region eu-west-1"; code != exitFailed || !strings.Contains(stderr, want) {
		t.Errorf("exit code %d, %q; want %q", code, stderr, want)
	}
	code, _, stderr = drover(t, t.Context(), "start", "check", "--plan", "acme", "--region", string(ireland), "--endpoint-url", url)
	if want := `there is no state machine "acme" in eu-west-1`; code != exitFailed || !strings.Contains(stderr, want) { // it was looked for
		t.Errorf("exit code %d, %q; want %q", code, stderr, want)
	}
	named(t, "plan: acme\nregions: [eu-west-1, eu-central-1]\n")
	knows(t, "--endpoint-url", url)
}

func TestTheFlagsOfBothRegionsAreGone(t *testing.T) {
	_, url := abroad(t, "acme")
	code, _, stderr := drover(t, t.Context(), "status", "--plan", "acme", "--primary", "eu-west-1", "--standby", "eu-central-1", "--endpoint-url", url)
	if code != exitUsage || !strings.Contains(stderr, "--primary and --standby are gone: the registry has the plan's Regions. Type: --region eu-central-1") {
		t.Errorf("exit code %d, %q", code, stderr)
	}
}

func TestMistakesInThePlanFileSayWhere(t *testing.T) {
	_, url := abroad(t, "acme")
	for text, want := range map[string]string{
		"plan: acme\nregion: eu-west-1\n":                             "drover.yaml:2: unknown field \"region\"; expected plan: NAME and regions: [REGION, REGION]",
		"plan: acme\nregions: [ireland]\n":                            "drover.yaml: regions: \"ireland\" is not a Region code",
		"plan: acme\nregions: [eu-west-1, eu-west-2, eu-central-1]\n": "expected the primary and the standby",
		"plan: Acme\n": `--plan "Acme"; expected a lower-case letter`,
	} {
		named(t, text)
		code, _, stderr := drover(t, t.Context(), "status", "--endpoint-url", url)
		if code != exitUsage || !strings.Contains(stderr, want) {
			t.Errorf("%q: exit code %d, %q; want %q", text, code, stderr, want)
		}
	}
}

// TestAFunctionsVariableIsNoName: the functions have their whole plan in DROVER_PLAN.
func TestAFunctionsVariableIsNoName(t *testing.T) {
	_, url := abroad(t, "acme")
	t.Setenv("DROVER_PLAN", `{"name": "other"}`)
	knows(t, "--region", string(ireland), "--plan", "acme", "--endpoint-url", url)
}
