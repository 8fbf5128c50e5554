package entry

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/failover"
)

// Environment is the environment of a deployed step.
type Environment struct {
	// Plan is the deployment that the step belongs to.
	Plan failover.Plan
	// Region is the Region that the step runs in.
	Region failover.Region
	// Table is the name of the registry's table.
	Table string
	// TopicARN is the Region's notification topic; only Notify has it.
	TopicARN string
	// Bucket is the Region's report bucket; only Notify has it.
	Bucket string
	// MachineARN is the Region's state machine; only the API has it.
	MachineARN string
	// GlobalClusters are those that the plan may promote; only Validate has them, and only if the policy does not list them.
	GlobalClusters []string
	// SwitchChecks are the ids of the health checks that the Region's stack has created, by the name of their switch; only
	// Validate has them.
	SwitchChecks map[string]string
	// NameServers are asked in place of those of the hosted zones; none in AWS.
	NameServers []string
	// Dial connects to a name server; nil for the network.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// Metrics takes metrics for CloudWatch through the function's log.
	Metrics MetricLog
	// Config makes clients of the Region. Every call made with it is recorded as evidence.
	Config aws.Config
}

// In returns the configuration for clients of another Region. By the guarantee of static stability, a failover sends no request
// to its source Region, so it makes no client for it.
func (e Environment) In(region failover.Region) aws.Config {
	cfg := e.Config.Copy()
	cfg.Region = string(region)
	return cfg
}

// Once is the configuration for a Region whose answer a step can do without: it makes one attempt of each call.
func (e Environment) Once(region failover.Region) aws.Config {
	cfg := e.In(region)
	cfg.Retryer = func() aws.Retryer { return aws.NopRetryer{} }
	return cfg
}

// LoadEnvironment reads the environment variables that the CDK app sets on every function. It reports all mistakes at once.
func LoadEnvironment(getenv func(string) string) (Environment, error) {
	plan, planErr := failover.ParsePlan([]byte(getenv(failover.PlanVariable)))
	if planErr != nil {
		planErr = fmt.Errorf("environment variable %s: %w", failover.PlanVariable, planErr)
	}
	region, regionErr := failover.ParseRegion(getenv("AWS_REGION"))
	if regionErr != nil {
		regionErr = fmt.Errorf("environment variable AWS_REGION: %w", regionErr)
	}
	table, tableErr := getenv(failover.TableVariable), error(nil)
	if table == "" {
		tableErr = fmt.Errorf("environment variable %s is empty; expected the name of the registry's table", failover.TableVariable)
	}
	cfg, cfgErr := loadConfig(getenv)
	env := Environment{
		Plan: plan, Region: region, Table: table, Metrics: MetricLog{Out: os.Stdout}, Config: cfg,
		TopicARN: getenv(failover.TopicVariable), Bucket: getenv(failover.BucketVariable), MachineARN: getenv(failover.MachineVariable),
	}
	if names := getenv(failover.GlobalClustersVariable); names != "" {
		env.GlobalClusters = strings.Split(names, ",")
	}
	if servers := getenv(failover.NameServersVariable); servers != "" {
		env.NameServers = strings.Split(servers, ",")
	}
	env.SwitchChecks = failover.ParseSwitchChecks(getenv(failover.SwitchChecksVariable))
	return env, errors.Join(planErr, regionErr, tableErr, cfgErr)
}
