package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
)

// config is an application without what runs change: its own field hides the one of the embedded type.
type config struct {
	failover.Application
	Live *struct{} `json:"live,omitempty"`
}

// hiddenConfig is the configuration of an application that release 0.1.0 does not know whole. That release writes record sets
// named after Regions, with one value, and creates those that do not exist. So the endpoints have another name here: it finds
// none, and refuses the application. The health rules do too: it could not read all of them, and would then read no application.
type hiddenConfig struct {
	config
	Records     []hiddenRecord        `json:"records"`
	Health      []failover.HealthRule `json:"health,omitempty"`
	HealthRules []failover.HealthRule `json:"healthRules,omitempty"`
}

// hiddenRecord is a record with its endpoints under either name.
type hiddenRecord struct {
	failover.Record
	Endpoints  map[failover.Region]failover.Endpoint `json:"endpoints"`
	RecordSets map[failover.Region]failover.Endpoint `json:"recordSets,omitempty"`
}

func encodeConfig(app failover.Application) (string, error) {
	var stored any = config{Application: app}
	if len(app.UnknownTo010()) > 0 {
		hidden := hiddenConfig{config: config{Application: app}, HealthRules: app.Health}
		for _, r := range app.Records {
			hidden.Records = append(hidden.Records, hiddenRecord{Record: r, RecordSets: r.Endpoints})
		}
		stored = hidden
	}
	out, err := json.Marshal(stored)
	if err != nil {
		return "", fmt.Errorf("encode application %s: %w", app.Name, err)
	}
	return string(out), nil
}

// configIn reads the configuration of an item.
func configIn(r *reader) failover.Application {
	var stored hiddenConfig
	r.json("config", &stored)
	app := stored.Application
	if app.Health = stored.HealthRules; app.Health == nil {
		app.Health = stored.Health
	}
	for _, hidden := range stored.Records {
		record := hidden.Record
		if record.Endpoints = hidden.RecordSets; record.Endpoints == nil {
			record.Endpoints = hidden.Endpoints
		}
		app.Records = append(app.Records, record)
	}
	return app
}

// readable returns an error if one of the applications uses what release 0.1.0 does not know while a function of the plan may
// still be of that release. Where no run has taken the lock and no Region has published its release, nothing can be said: then
// 0.1.0 refuses such an application itself, because it finds no endpoints.
func (s *Store) readable(ctx context.Context, plan failover.Plan, lock Lock, registered, apps []failover.Application, now time.Time) error {
	var problems []error
	for _, app := range apps {
		known := slices.ContainsFunc(registered, func(old failover.Application) bool {
			return old.Name == app.Name && len(old.UnknownTo010()) > 0
		})
		if news := app.UnknownTo010(); len(news) > 0 && !known {
			problems = append(problems, fmt.Errorf("application %s uses %s, which release 0.1.0 does not know, and a function of the plan may be of that release; "+
				"deploy this release to both Regions, start a check in each, and register again %d minutes later", app.Name, strings.Join(news, ", "), int(releaseSettles/time.Minute)))
		}
	}
	if len(problems) == 0 {
		return nil
	}
	releases, err := s.Releases(ctx)
	if err != nil {
		return err
	}
	if lock.Epoch == 0 && len(releases) == 0 || releases.Writes(plan, now) > failover.OldestFormat {
		return nil
	}
	return errors.Join(problems...)
}

// putPlace writes the configuration, and the weights and the active Region as Route 53 has them, over an item that no run has
// written since it was read.
func (s *Store) putPlace(ctx context.Context, app failover.Application, since failover.Live) error {
	config, err := encodeConfig(app)
	if err != nil {
		return err
	}
	values := unwrittenValues(since)
	values[":config"], values[":active"], values[":weights"] = text(config), text(string(app.Live.Active)), weightsMap(app.Live.Weights)
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                 &s.Table,
		Key:                       applicationKey(app),
		UpdateExpression:          aws.String("SET config = :config, active = :active, weights = :weights"),
		ConditionExpression:       aws.String("attribute_exists(pk) AND epoch = :epoch AND stage = :stage"),
		ExpressionAttributeValues: values,
	})
	if _, refused := refusedBy(err); refused {
		return errMoved
	}
	return err
}
