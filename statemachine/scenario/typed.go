package scenario

import (
	"fmt"
	"slices"
)

// typedKeys are the parts of an input and of an answer that a person writes freely.
var typedKeys = []string{"reason", "comment", "requestedBy", "by"}

// Typed returns the texts of a scenario that stand for what people type freely: reasons, comments and names.
func (s *Scenario) Typed() []string {
	var texts []string
	add := func(of any) {
		fields, _ := of.(map[string]any)
		for _, key := range typedKeys {
			if text := fmt.Sprint(fields[key]); fields[key] != nil && len(text) > 3 {
				texts = append(texts, text)
			}
		}
	}
	for _, e := range s.Timeline {
		switch {
		case e.Start != nil:
			add(e.Start.Input)
		case e.Call != nil:
			add(e.Call.Body)
		case e.Answer != nil:
			add(map[string]any{"by": e.Answer.By, "comment": e.Answer.Comment})
		}
	}
	slices.Sort(texts)
	return slices.Compact(texts)
}
