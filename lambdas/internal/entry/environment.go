package entry

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/aws/aws-sdk-go-v2/aws"

	"github.com/drover-dr/drover/internal/failover"
)

// Environment is what a step finds around itself when it is deployed.
type Environment struct {
	// Plan is the deployment that the step belongs to.
	Plan failover.Plan
	// Region is the Region that the step runs in.
	Region failover.Region
	// Table is the name of the registry's table.
	Table string
	// TopicARN is the Region's notification topic; only Notify has one.
	TopicARN string
	// Bucket is the Region's report bucket; only Notify has one.
	Bucket string
	// MachineARN is the Region's state machine; only the API has one.
	MachineARN string
	// GlobalClusters are those that the plan may promote; only Validate has them, and none where IAM tells.
	GlobalClusters []string
	// Metrics takes values for CloudWatch, by way of the function's log.
	Metrics MetricLog
	// Config makes clients of the Region. Every call made with it is recorded as evidence.
	Config aws.Config
}

// In returns the configuration for clients of another Region. Mind promise 7: during a failover no request may go to
// the Region that is left, so no client of it is made either.
func (e Environment) In(region failover.Region) aws.Config {
	cfg := e.Config.Copy()
	cfg.Region = string(region)
	return cfg
}

// LoadEnvironment reads the environment variables that the CDK app sets on every function. All that is missing or
// wrong is reported at once.
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
	return env, errors.Join(planErr, regionErr, tableErr, cfgErr)
}
