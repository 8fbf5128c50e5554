package fakeawstest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// DynamoDB is a client for DynamoDB.
func (s Served) DynamoDB(region string) *dynamodb.Client {
	return dynamodb.NewFromConfig(s.Config(region, fakeaws.Administrator))
}

// ServeTable serves a simulator with the global table registry.
func ServeTable(t testing.TB) Served {
	t.Helper()
	s := Serve(t)
	if err := s.AddTable("registry", East, West); err != nil {
		t.Fatal(err)
	}
	return s
}
