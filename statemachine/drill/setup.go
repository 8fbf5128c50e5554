package drill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/aws/retry"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/plainbody"
	"github.com/drover-dr/drover/internal/registry"
	"github.com/drover-dr/drover/statemachine/assembly"
	"github.com/drover-dr/drover/statemachine/fakeaws"
	"github.com/drover-dr/drover/statemachine/scenario"
)

// rehearsal is a simulator in which everything is deployed.
type rehearsal struct {
	world   *fakeaws.World
	hosting Hosting
	Addresses
	assembly *assembly.Assembly
	plan     failover.Plan
	// functions are the running functions by ARN.
	functions map[string]Running
	// keys are the access keys of the roles by ARN, lambdas is the folder of the functions' binaries.
	keys    map[string]string
	lambdas string
	// previous is the release before, nil when it is not played.
	previous *Previous
	apps     []failover.Application
	// healthChecks are the ids of the health checks that record sets carry.
	healthChecks []string
	// zones are the ids of the hosted zones.
	zones []string
	// callers are the access keys of those who call the API, by name.
	callers map[string]string
	// tables are the clients of DynamoDB, by Region.
	tables map[failover.Region]*dynamodb.Client
	// began is when virtual time started.
	began time.Time
}

// deploy sets up a simulator with everything that the assembly declares. The functions are the binaries below lambdas, one folder
// for each step.
func deploy(ctx context.Context, a *assembly.Assembly, lambdas string, hosting Hosting) (*rehearsal, error) {
	return deployAt(ctx, a, lambdas, hosting, scenario.Start, func(w *fakeaws.World) http.Handler { return w })
}

// deployAt does so from a point in time on. serve makes the handler of requests. It closes the hosting if it fails.
func deployAt(ctx context.Context, a *assembly.Assembly, lambdas string, hosting Hosting, start time.Time,
	serve func(*fakeaws.World) http.Handler) (*rehearsal, error) {
	plan, err := PlanOf(a)
	if err != nil {
		return nil, errors.Join(err, hosting.Close())
	}
	r := &rehearsal{
		world: fakeaws.New(a.Account, start, string(plan.Primary), string(plan.Standby)), hosting: hosting, assembly: a, plan: plan,
		functions: map[string]Running{}, keys: map[string]string{}, lambdas: lambdas, began: start, tables: map[failover.Region]*dynamodb.Client{},
	}
	if r.Addresses, err = hosting.Open(r.world, serve(r.world)); err != nil {
		return nil, errors.Join(err, r.close())
	}
	if err := r.deployAll(ctx); err != nil {
		return nil, errors.Join(err, r.close())
	}
	return r, nil
}

func (r *rehearsal) close() error { return r.hosting.Close() }

// PlanOf reads the plan that the functions of an assembly carry.
func PlanOf(a *assembly.Assembly) (failover.Plan, error) {
	for _, f := range a.Functions {
		if text := f.Environment[failover.PlanVariable]; text != "" {
			return failover.ParsePlan([]byte(text))
		}
	}
	return failover.Plan{}, fmt.Errorf("no function of the assembly has a plan in the variable %s; expected an assembly of Drover", failover.PlanVariable)
}

func (r *rehearsal) deployAll(ctx context.Context) error {
	for _, role := range r.assembly.Roles {
		key, err := r.world.AddRole(role.ARN, role.Policies)
		if err != nil {
			return fmt.Errorf("role %s: %w", role.Name, err)
		}
		if err := r.world.TrustRole(role.ARN, role.Trust); err != nil {
			return err
		}
		r.keys[role.ARN] = key
	}
	for _, table := range r.assembly.Tables {
		if err := r.world.AddTable(table.Name, table.Regions...); err != nil {
			return err
		}
	}
	for _, topic := range r.assembly.Topics {
		r.world.AddTopic(topic.Region, topic.Name)
	}
	for _, bucket := range r.assembly.Buckets {
		if err := r.world.AddBucket(bucket.Region, bucket.Name); err != nil {
			return err
		}
	}
	for _, f := range r.assembly.Functions {
		if err := r.deployFunction(ctx, f); err != nil {
			return err
		}
	}
	for _, m := range r.assembly.StateMachines {
		if err := r.world.AddStateMachine(machineOf(m)); err != nil {
			return err
		}
		if err := publish(m.VersionARN, m.ARN, r.world.PublishStateMachineVersion); err != nil {
			return err
		}
	}
	return r.deployTriggers()
}

// deployFunction adds a function and publishes its version.
func (r *rehearsal) deployFunction(ctx context.Context, f assembly.Function) error {
	function, running, err := r.functionOf(ctx, f)
	if err != nil {
		return err
	}
	r.functions[f.ARN] = running
	if err := r.world.AddFunction(function); err != nil {
		return err
	}
	return publish(f.VersionARN, f.ARN, r.world.PublishVersion)
}

// functionOf starts nothing: that happens with the function's first invocation.
func (r *rehearsal) functionOf(ctx context.Context, f assembly.Function) (fakeaws.Function, Running, error) {
	return r.functionIn(ctx, r.lambdas, f)
}

// functionIn is a function with the binary of a release.
func (r *rehearsal) functionIn(ctx context.Context, lambdas string, f assembly.Function) (fakeaws.Function, Running, error) {
	variables := map[string]string{
		"AWS_ACCESS_KEY_ID": r.keys[f.RoleARN], "AWS_SECRET_ACCESS_KEY": SecretKey, "AWS_ENDPOINT_URL": r.URL,
		failover.NameServersVariable: r.NameServer,
	}
	for name, value := range f.Environment {
		variables[name] = value
	}
	running, err := r.hosting.Add(HostedFunction{
		Name: f.Name, ARN: f.ARN, Region: f.Region, Step: f.Handler, Lambdas: lambdas, Timeout: f.Timeout, Variables: variables,
	})
	if err != nil {
		return fakeaws.Function{}, nil, err
	}
	limit := time.Duration(0)
	if f.Handler == "lever" {
		limit = failover.LeverTimeLimit
	}
	return fakeaws.Function{
		ARN: f.ARN, Name: f.Name, Region: f.Region, Timeout: f.Timeout, TimeLimit: limit, Reserved: f.Reserved, Role: f.RoleARN, LogGroup: f.LogGroup, Kill: running.Kill,
		Invoke: func(payload []byte) fakeaws.InvokeResult { return invoke(ctx, running, payload) },
	}, running, nil
}

// invoke runs a function. An invocation that is interrupted, because the drill ends, is an error like any other: the
// drill itself checks the context.
func invoke(ctx context.Context, f Running, payload []byte) fakeaws.InvokeResult {
	result, err := f.Invoke(ctx, payload)
	if err != nil {
		return fakeaws.InvokeResult{ErrorType: "Lambda.SdkClientException", Cause: err.Error()}
	}
	logs := []byte(result.Log)
	if result.ErrorType != "" {
		return fakeaws.InvokeResult{ErrorType: result.ErrorType, Cause: string(result.Payload), Logs: logs}
	}
	return fakeaws.InvokeResult{Payload: json.RawMessage(result.Payload), Logs: logs}
}

// partition is the beginning of every ARN of the plan's Regions.
func (r *rehearsal) partition() string { return "arn:" + r.plan.Primary.Partition().ID }

// table is the name of the registry's table.
func (r *rehearsal) table() string {
	for _, f := range r.assembly.Functions {
		if name := f.Environment[failover.TableVariable]; name != "" {
			return name
		}
	}
	return ""
}

// store is the registry as an operator sees it in a Region: over the wire.
func (r *rehearsal) store(region failover.Region) *registry.Store {
	client := r.tables[region]
	if client == nil {
		cfg := r.operator(region)
		cfg.Retryer = func() aws.Retryer { return again{} }
		client = dynamodb.NewFromConfig(cfg)
		r.tables[region] = client
	}
	return registry.In(client, r.table(), r.plan)
}

// again retries at once: what the drill itself reads may be struck by a fault of a part of all calls.
type again struct{ aws.NopRetryer }

// MaxAttempts is far more than such a fault strikes in a row.
func (again) MaxAttempts() int { return 20 }

// IsErrorRetryable says yes to a fault.
func (again) IsErrorRetryable(error) bool { return true }

// RetryDelay is none: virtual time stands still.
func (again) RetryDelay(int, error) (time.Duration, error) { return 0, nil }

// operator is the SDK's configuration of an administrator.
func (r *rehearsal) operator(region failover.Region) aws.Config {
	cfg := aws.Config{
		Region: string(region), BaseEndpoint: aws.String(r.URL), HTTPClient: r.client(),
		Credentials: credentials.NewStaticCredentialsProvider(fakeaws.Administrator, SecretKey, ""),
		Retryer:     func() aws.Retryer { return retry.NewStandard(func(o *retry.StandardOptions) { o.MaxAttempts = 1 }) },
	}
	if r.Transport != nil {
		plainbody.Unsigned(&cfg)
	}
	return cfg
}

// client makes the drill's own requests.
func (r *rehearsal) client() aws.HTTPClient {
	if r.Transport == nil {
		return plainbody.New()
	}
	return direct{r.Transport}
}

// direct is a client without what the network needs: redirects, cookies, time limits.
type direct struct{ http.RoundTripper }

// Do implements the SDK's interface.
func (d direct) Do(r *http.Request) (*http.Response, error) { return d.RoundTrip(r) }

// SecretKey is the secret access key of every caller in a drill, so that the tests find it in logs.
const SecretKey = "drill/secret/access/key"
