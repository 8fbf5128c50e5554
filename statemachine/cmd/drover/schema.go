package main

import "github.com/drover-dr/drover/statemachine/schema"

type schemaCommand struct {
	What string `arg:"" enum:"applications,scenario" help:"applications or scenario."`
}

// Run prints the schema.
func (c *schemaCommand) Run(env environment) error {
	text := schema.Scenario()
	if c.What == "applications" {
		text = schema.Applications()
	}
	_, err := env.stdout.Write(text)
	return err
}
