package registry

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/drover-dr/drover/internal/failover"
)

// Applications returns all applications in the order of wave and name.
func (s *Store) Applications(ctx context.Context) ([]failover.Application, error) {
	return s.applications(ctx, "")
}

// Wave returns the applications of one wave in the order of their names.
func (s *Store) Wave(ctx context.Context, wave int) ([]failover.Application, error) {
	return s.applications(ctx, wavePrefix(wave))
}

func (s *Store) applications(ctx context.Context, prefix string) ([]failover.Application, error) {
	items, err := s.query(ctx, applicationsPartition, prefix, 0)
	if err != nil {
		return nil, err
	}
	apps := make([]failover.Application, len(items))
	for i, it := range items {
		if apps[i], err = decodeApplication(it); err != nil {
			return nil, fmt.Errorf("table %s: %w", s.Table, err)
		}
	}
	return apps, nil
}

// SetLive writes what a run has made of an application, only forward: over what an older epoch wrote, or an earlier
// stage of the same epoch. What is there already, or was written by a later stage of this run, stays, and changed is
// false; so writing again changes nothing. It returns [ErrOvertaken] when a newer epoch has written the application,
// and [ErrNotRegistered] when it is not there.
func (s *Store) SetLive(ctx context.Context, app failover.Application, live failover.Live) (changed bool, err error) {
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &s.Table,
		Key:              applicationKey(app),
		UpdateExpression: aws.String("SET active = :active, weights = :weights, epoch = :epoch, stage = :stage, changed = :changed"),
		ConditionExpression: aws.String("attribute_exists(pk) AND (epoch < :epoch OR (epoch = :epoch AND stage < :stage)" +
			" OR (epoch = :epoch AND stage = :stage AND (active <> :active OR weights <> :weights)))"),
		ExpressionAttributeValues:           liveValues(live),
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	if err == nil {
		return true, nil
	}
	old, refused := refusedBy(err)
	if !refused {
		return false, fmt.Errorf("write application %s: %w", app.Name, err)
	}
	if len(old) == 0 {
		return false, fmt.Errorf("write application %s of wave %d: %w", app.Name, app.Wave, ErrNotRegistered)
	}
	there, err := decodeApplication(old)
	if err != nil {
		return false, err
	}
	if there.Live.Epoch > live.Epoch {
		return false, fmt.Errorf("write application %s with epoch %d: epoch %d is there: %w", app.Name, live.Epoch, there.Live.Epoch, ErrOvertaken)
	}
	return false, nil
}

func wavePrefix(wave int) string { return fmt.Sprintf("%03d#", wave) }

func applicationKey(app failover.Application) item {
	return key(applicationsPartition, wavePrefix(app.Wave)+app.Name)
}

// config is an application without what runs change: its own field hides the one of the embedded type.
type config struct {
	failover.Application
	Live *struct{} `json:"live,omitempty"`
}

func encodeConfig(app failover.Application) (string, error) {
	out, err := json.Marshal(config{Application: app})
	if err != nil {
		return "", fmt.Errorf("encode application %s: %w", app.Name, err)
	}
	return string(out), nil
}

func encodeApplication(app failover.Application) (item, error) {
	out, err := encodeConfig(app)
	if err != nil {
		return nil, err
	}
	it := applicationKey(app)
	it["config"] = text(out)
	for name, value := range liveValues(app.Live) {
		it[name[1:]] = value
	}
	return it, nil
}

// liveValues are the attributes that runs change, each with the colon that its name has as a value of an expression.
func liveValues(live failover.Live) item {
	weights := make(map[string]types.AttributeValue, len(live.Weights))
	for region, weight := range live.Weights {
		weights[string(region)] = number(int64(weight))
	}
	return item{
		":active":  text(string(live.Active)),
		":weights": &types.AttributeValueMemberM{Value: weights},
		":epoch":   number(live.Epoch),
		":stage":   number(int64(live.Stage)),
		":changed": text(formatTime(live.Changed)),
	}
}

func decodeApplication(it item) (failover.Application, error) {
	r := &reader{item: it}
	var c config
	r.json("config", &c)
	app := c.Application
	app.Live = failover.Live{
		Active:  failover.Region(r.text("active")),
		Weights: map[failover.Region]int{},
		Epoch:   r.number("epoch"),
		Stage:   int(r.number("stage")),
		Changed: r.time("changed"),
	}
	for region, weight := range r.numbers("weights") {
		app.Live.Weights[failover.Region(region)] = int(weight)
	}
	return app, errors.Join(r.err)
}
