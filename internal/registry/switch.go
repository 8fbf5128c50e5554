package registry

import (
	"context"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/drover-dr/drover/internal/failover"
)

// SwitchState is where a switch sends the users of its applications. There is one item for both Regions, so that never both
// are to be left.
type SwitchState struct {
	// Evacuated is the Region that users leave although its record sets have the weight, empty while weights alone count.
	Evacuated failover.Region
	// Epoch and Run are those of the run that wrote last, At is when.
	Epoch int64
	Run   string
	At    time.Time
	// Over says that the run has ended with this write: a late repetition of its steps does not evacuate once more.
	Over bool

	// What follows is of a lever outside of the registry; see [Store.ConfirmLever]. Pulled is the Region that the lever makes
	// users leave, empty when it is reset. It differs from Evacuated while the lever could not be written. Stuck is the other
	// Region, when the metric that makes users leave it could not be reset. LeverAt is the time of the newest datapoint.
	Pulled, Stuck failover.Region
	LeverAt       time.Time
}

// Leaves is the Region that users leave by the switch, whatever the weights say; empty while weights alone count. known is false
// while a lever outside of the registry may not do what the registry says. A metric that is stuck makes users leave both Regions,
// and then Route 53 answers by the weights.
func (s SwitchState) Leaves(lever failover.Lever) (region failover.Region, known bool) {
	switch {
	case lever == failover.EndpointLever:
		return s.Evacuated, true
	case s.Pulled != s.Evacuated:
		return "", false
	case s.Stuck != "":
		return "", true
	}
	return s.Evacuated, true
}

// Switch returns the state of a switch as this Region's replica has it, with the write before: a run that gives the switch its epoch
// writes back what it has read. A switch that no run has written is reset.
func (s *Store) Switch(ctx context.Context, name string) (SwitchState, error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: &s.Table, Key: key(switchesPartition, name), ConsistentRead: aws.Bool(true)})
	if err != nil {
		return SwitchState{}, failover.Doing("read", "switch "+name, err)
	}
	if len(out.Item) == 0 {
		return SwitchState{}, nil
	}
	return s.switchState(out.Item)
}

// Switches returns the state of every switch that a run has written, by name.
func (s *Store) Switches(ctx context.Context) (map[string]SwitchState, error) {
	items, err := s.query(ctx, switchesPartition, "", 0)
	if err != nil {
		return nil, failover.Doing("read", "the switches", err)
	}
	all := map[string]SwitchState{}
	for _, it := range items {
		r := &reader{item: it}
		name := r.text("sk")
		if r.err != nil {
			return nil, fmt.Errorf("table %s: %w", s.Table, r.err)
		}
		if all[name], err = s.switchState(it); err != nil {
			return nil, err
		}
	}
	return all, nil
}

func (s *Store) switchState(it item) (SwitchState, error) {
	r := &reader{item: it}
	r.format()
	state := SwitchState{Evacuated: failover.Region(r.text("evacuated")), Epoch: r.epoch(), Run: r.text("run"), At: r.time("at")}
	state.Over = r.has("over") && r.text("over") == state.Run
	if r.has("pulled") {
		state.Pulled, state.Stuck, state.LeverAt = failover.Region(r.text("pulled")), failover.Region(r.text("stuck")), r.time("leverAt")
	}
	if r.err != nil {
		return SwitchState{}, fmt.Errorf("table %s: %w", s.Table, r.err)
	}
	for name, region := range map[string]failover.Region{"evacuated": state.Evacuated, "pulled": state.Pulled, "stuck": state.Stuck} {
		if region != "" && !s.Plan.Has(region) {
			return SwitchState{}, fmt.Errorf("table %s: item %s: %s: %q is not a Region of the plan %s", s.Table, describeKey(it), name, region, s.Plan.Name)
		}
	}
	return state, nil
}

// WriteSwitch makes users of a switch leave a Region, or resets the switch with an empty one, for the run that has the state's
// epoch. What a newer epoch has written stays, and the error is [ErrOvertaken]; it is [ErrRunOver] once the run has ended. Writing the same again changes nothing, and
// changed is false.
func (s *Store) WriteSwitch(ctx context.Context, name string, state SwitchState) (changed bool, err error) {
	over := ""
	if state.Over {
		over = state.Run
	}
	_, err = s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:        &s.Table,
		Key:              key(switchesPartition, name),
		UpdateExpression: aws.String("SET evacuated = :evacuated, epoch = :epoch, run = :run, #at = :at, #over = :over, itemFormat = :format"),
		ConditionExpression: aws.String("attribute_not_exists(pk) OR epoch < :epoch OR" +
			" (epoch = :epoch AND run = :run AND evacuated <> :evacuated AND (attribute_not_exists(#over) OR #over <> :run))"),
		ExpressionAttributeNames: map[string]string{"#at": "at", "#over": "over"},
		ExpressionAttributeValues: item{
			":evacuated": text(string(state.Evacuated)), ":epoch": number(state.Epoch), ":run": text(state.Run),
			":at": text(formatTime(state.At)), ":over": text(over), ":format": thisFormat(),
		},
		ReturnValuesOnConditionCheckFailure: types.ReturnValuesOnConditionCheckFailureAllOld,
	})
	there, refused := refusedBy(err)
	switch {
	case err == nil:
		return true, nil
	case !refused:
		return false, failover.Doing("write", "switch "+name, err)
	}
	now, err := s.switchState(there)
	if err != nil {
		return false, err
	}
	if now.Epoch == state.Epoch && now.Run == state.Run {
		if now.Over && now.Evacuated != state.Evacuated {
			return false, fmt.Errorf("switch %s: run %s: %w", name, state.Run, ErrRunOver)
		}
		return false, nil
	}
	return false, fmt.Errorf("switch %s was written by run %s with epoch %d, and this run has epoch %d: %w", name, now.Run, now.Epoch, state.Epoch, ErrOvertaken)
}

// ConfirmLever says what the lever of a switch has been made to do, by the run that has written the switch with [Store.WriteSwitch].
// Once a newer run has written it, the error is [ErrOvertaken]. Confirming the same again changes nothing.
func (s *Store) ConfirmLever(ctx context.Context, name string, state SwitchState) error {
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:           &s.Table,
		Key:                 key(switchesPartition, name),
		UpdateExpression:    aws.String("SET pulled = :pulled, stuck = :stuck, leverAt = :leverAt"),
		ConditionExpression: aws.String("epoch = :epoch AND run = :run"),
		ExpressionAttributeValues: item{
			":pulled": text(string(state.Pulled)), ":stuck": text(string(state.Stuck)), ":leverAt": text(formatTime(state.LeverAt)),
			":epoch": number(state.Epoch), ":run": text(state.Run),
		},
	})
	if _, refused := refusedBy(err); refused {
		return fmt.Errorf("switch %s was written by a newer run than %s: %w", name, state.Run, ErrOvertaken)
	}
	if err != nil {
		return failover.Doing("write", "lever of switch "+name, err)
	}
	return nil
}

// SwitchCheck is the health check of a switch on the record sets of one Region.
type SwitchCheck struct {
	// Switch is the switch's name, Region that of the record sets.
	Switch string
	Region failover.Region
	// ID is the health check's. Replaced is the one that was published before it, and may still be on record sets; empty when
	// there was none.
	ID, Replaced string
}

// SwitchChecks returns the health checks that the Regions have published, by the name of their switch.
func (s *Store) SwitchChecks(ctx context.Context) (map[string]failover.SwitchChecks, error) {
	published, err := s.PublishedChecks(ctx)
	if err != nil {
		return nil, err
	}
	all := map[string]failover.SwitchChecks{}
	for _, c := range published {
		if all[c.Switch] == nil {
			all[c.Switch] = failover.SwitchChecks{}
		}
		all[c.Switch][c.Region] = c.ID
	}
	return all, nil
}

// PublishedChecks returns the health checks that the Regions have published, each with the one that it replaced.
func (s *Store) PublishedChecks(ctx context.Context) ([]SwitchCheck, error) {
	items, err := s.query(ctx, switchChecksPartition, "", 0)
	if err != nil {
		return nil, err
	}
	var all []SwitchCheck
	for _, it := range items {
		r := &reader{item: it}
		r.format()
		c := SwitchCheck{Switch: r.text("switch"), Region: failover.Region(r.text("region")), ID: r.text("check")}
		if r.has("replaced") {
			c.Replaced = r.text("replaced")
		}
		if r.err != nil {
			return nil, fmt.Errorf("table %s: %w", s.Table, r.err)
		}
		all = append(all, c)
	}
	return all, nil
}

// PublishSwitchCheck says which health check a stack has created, and keeps the id of the one before it: record sets may still
// carry that. Publishing the same again changes nothing.
func (s *Store) PublishSwitchCheck(ctx context.Context, c SwitchCheck) error {
	_, err := s.Client.UpdateItem(ctx, &dynamodb.UpdateItemInput{
		TableName:                &s.Table,
		Key:                      key(switchChecksPartition, c.Switch+"#"+string(c.Region)),
		UpdateExpression:         aws.String("SET replaced = if_not_exists(#check, :none), #check = :check, #switch = :switch, #region = :region, itemFormat = :format"),
		ConditionExpression:      aws.String("attribute_not_exists(pk) OR #check <> :check"),
		ExpressionAttributeNames: map[string]string{"#check": "check", "#switch": "switch", "#region": "region"},
		ExpressionAttributeValues: item{
			":check": text(c.ID), ":switch": text(c.Switch), ":region": text(string(c.Region)), ":none": text(""), ":format": thisFormat(),
		},
	})
	if _, same := refusedBy(err); same {
		return nil
	}
	if err != nil {
		return failover.Doing("publish", fmt.Sprintf("health check %s of switch %s", c.ID, c.Switch), err)
	}
	return nil
}
