package eventbridge

import (
	"fmt"

	"github.com/drover-dr/drover/statemachine/fakeaws/constraint"
)

// maxTargets is the most that a rule may have ("Amazon EventBridge quotas").
const maxTargets = 5

// ruleInput are the parameters of PutRule and PutTargets with the constraints of the API's model.
type ruleInput struct {
	Name         *string       `model:"required length=1..64 pattern=rule"`
	EventPattern *string       `model:"length=0..4096"`
	Targets      []targetInput `model:"length=0..100"`
}

type targetInput struct {
	ARN           *string  `json:"Arn" model:"required length=1..1600"`
	RoleARN       *string  `json:"RoleArn" model:"length=0..1600"`
	Input         *string  `model:"length=0..8192"`
	InputTemplate *string  `model:"length=1..8192"`
	InputPaths    []string `json:"InputPathsMap" model:"length=0..100 each:length=0..256"`
}

// checkRule rejects a rule that EventBridge would not create.
func checkRule(r Rule) error {
	pattern := string(r.Pattern)
	in := ruleInput{Name: &r.Name, EventPattern: &pattern}
	for i := range r.Targets {
		t := &r.Targets[i]
		target := targetInput{ARN: &t.ARN, RoleARN: &t.RoleARN, Input: &t.Input}
		if t.Transformer != nil {
			target.InputTemplate = &t.Transformer.Template
			for _, path := range t.Transformer.Paths {
				target.InputPaths = append(target.InputPaths, path)
			}
		}
		in.Targets = append(in.Targets, target)
	}
	if err := constraint.Check(in, "ValidationException"); err != nil {
		return err
	}
	if n := len(r.Targets); n > maxTargets {
		return fmt.Errorf("LimitExceededException: %d targets; expected up to %d", n, maxTargets)
	}
	return nil
}
