package failover

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// MaxNamedApplications bounds the list of applications in an input: the list travels in the payload of every step.
const MaxNamedApplications = 200

// Input is what an execution of the state machine is started with. All but Action may be left out.
type Input struct {
	// Action is what the run is asked for.
	Action Action `json:"action"`
	// Applications limits the run to these; empty means all that are registered.
	Applications []string `json:"applications,omitempty"`
	// AllowDataLoss consents to losing unreplicated writes; a failover of an application with a database needs it,
	// here or in the plan.
	AllowDataLoss bool `json:"allowDataLoss,omitempty"`
	// DryRun turns the action into the list of exactly what it would do.
	DryRun bool `json:"dryRun,omitempty"`
	// Order overrides the plan's order.
	Order Order `json:"order,omitempty"`
	// Percents are the shares of traffic, rising and ending with 100, that each wave moves through. Empty means 100.
	Percents []int `json:"percents,omitempty"`
	// Since is when the outage began, if known; RTO counts from it instead of from the run's start.
	Since time.Time `json:"since,omitzero"`
	// Reason is free text for the report.
	Reason string `json:"reason,omitempty"`
}

// ParseInput reads an execution's input. It reports everything that can be judged from the text alone: an unknown
// field, a wrong type, a value that is not known. Whether an application exists is for the registry to say.
func ParseInput(text []byte) (Input, error) {
	var in Input
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&in); err != nil {
		return Input{}, fmt.Errorf("input: %w", explainJSON(err))
	}
	if _, err := dec.Token(); err != io.EOF {
		return Input{}, errors.New("input: text after the end of the JSON object")
	}
	return in, in.validate()
}

func (in Input) validate() error {
	var problems []error
	add := func(err error) {
		if err != nil {
			problems = append(problems, fmt.Errorf("input: %w", err))
		}
	}
	if in.Action == "" {
		add(errors.New(`action is missing; expected for example {"action": "check"}`))
	} else {
		add(parseOneOf("action", in.Action, Actions))
	}
	if in.Order != "" {
		add(parseOneOf("order", in.Order, Orders))
	}
	add(checkPercents(in.Percents))
	if len(in.Applications) > MaxNamedApplications {
		add(fmt.Errorf("applications: %d names; expected at most %d, or none for all", len(in.Applications), MaxNamedApplications))
	}
	for i, name := range in.Applications {
		if slices.Contains(in.Applications[:i], name) {
			add(fmt.Errorf("applications: %q is named twice", name))
		}
	}
	if len(in.Reason) > 500 {
		add(fmt.Errorf("reason: %d characters; expected at most 500", len(in.Reason)))
	}
	return errors.Join(problems...)
}

func checkPercents(percents []int) error {
	for i, p := range percents {
		if p < 1 || p > 100 || (i > 0 && p <= percents[i-1]) {
			return fmt.Errorf("percents: %v; expected rising shares from 1 to 100", percents)
		}
	}
	if n := len(percents); n > 0 && percents[n-1] != 100 {
		return fmt.Errorf("percents: %v; expected the last to be 100", percents)
	}
	if len(percents) > 10 {
		return fmt.Errorf("percents: %d steps; expected at most 10", len(percents))
	}
	return nil
}

// explainJSON says what the decoder's errors mean to a person who typed the text.
func explainJSON(err error) error {
	var syntax *json.SyntaxError
	var wrongType *json.UnmarshalTypeError
	switch {
	case errors.As(err, &wrongType) && wrongType.Field == "":
		return fmt.Errorf("a JSON %s; expected a JSON object", wrongType.Value)
	case errors.As(err, &wrongType):
		return fmt.Errorf("%s: a JSON %s; expected %s", wrongType.Field, wrongType.Value, jsonTypeName(wrongType.Type.Kind().String()))
	case errors.As(err, &syntax):
		return fmt.Errorf("not JSON at character %d: %w", syntax.Offset, err)
	case errors.Is(err, io.EOF):
		return errors.New("empty; expected a JSON object")
	}
	return err
}

func jsonTypeName(goKind string) string {
	switch goKind {
	case "string":
		return "a string"
	case "bool":
		return "true or false"
	case "int", "int64":
		return "a whole number"
	case "slice":
		return "a list"
	case "struct":
		return `an RFC 3339 time such as "2026-01-31T03:00:00Z"`
	}
	return "a " + goKind
}
