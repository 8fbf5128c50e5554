package fakeawstest

import (
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func (s Served) DynamoDB(region string) *dynamodb.Client {
	return dynamodb.NewFromConfig(s.Config(region, fakeaws.Administrator))
}

func ServeTable(t testing.TB) Served {
	t.Helper()
	s := Serve(t)
	if err := s.AddTable("registry", East, West); err != nil {
		t.Fatal(err)
	}
	return s
}
