package registry

import (
	"errors"
	"os/exec"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/aws/smithy-go"
	"github.com/drover-dr/drover/internal/failover"
)

func TestDamagedItemsAreNamed(t *testing.T) {
	whole := func() item {
		it, err := encodeApplication(application("checkout", 1))
		if err != nil {
			t.Fatal(err)
		}
		return it
	}
	cases := []struct {
		attribute string
		value     types.AttributeValue
		want      string
	}{
		{"config", text("{"), "the JSON that drover wrote"},
		{"config", number(1), "a string"},
		{"active", nil, "a string"},
		{"epoch", text("1"), "a whole number"},
		{"epoch", &types.AttributeValueMemberN{Value: "1.5"}, "a whole number"},
		{"stage", nil, "a whole number"},
		{"weights", text("100"), "a map of numbers"},
		{"weights", &types.AttributeValueMemberM{Value: item{"us-east-1": text("100")}}, "a map of numbers"},
		{"changed", text("yesterday"), "a time like"},
	}
	for _, c := range cases {
		t.Run(c.attribute+": "+c.want, func(t *testing.T) {
			s := newStore(t)
			it := whole()
			it[c.attribute] = c.value
			if c.value == nil {
				delete(it, c.attribute)
			}
			if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: it}); err != nil {
				t.Fatal(err)
			}
			register(t, s, application("search", 2))
			got := applications(t, s)
			want := "item [applications 001#checkout]: attribute " + c.attribute + ": expected " + c.want
			if len(got) != 2 || got[0].Name != "checkout" || !strings.HasPrefix(got[0].Broken, want) || got[1].Broken != "" {
				t.Errorf("got  %+v\nwant %s, and the other one whole", got, want)
			}
			// Registering puts it right, whatever it was.
			if done := register(t, s, application("checkout", 1)); len(done.Changed) != 1 || applications(t, s)[0].Broken != "" {
				t.Errorf("registered again: %+v, %+v", done, applications(t, s)[0])
			}
		})
	}
}

func TestErrorsOfAWSKeepTheirCode(t *testing.T) {
	s := newStore(t)
	s.Table = "nowhere"
	calls := map[string]func() error{
		"Applications": func() error { _, err := s.Applications(ctx); return err },
		"Wave":         func() error { _, err := s.Wave(ctx, 1); return err },
		"Lock":         func() error { _, err := s.Lock(ctx); return err },
		"TakeLock":     func() error { _, err := s.TakeLock(ctx, run("r"), noon, noon); return err },
		"ReleaseLock":  func() error { return s.ReleaseLock(ctx, "owner") },
		"SetLive":      func() error { _, err := s.SetLive(ctx, application("a", 1), live(1, 0, 100)); return err },
		"PutRun":       func() error { return s.PutRun(ctx, record("r", noon)) },
		"Runs":         func() error { _, err := s.Runs(ctx, 1); return err },
		"Register": func() error {
			_, err := s.Register(ctx, failover.DefaultPlan(), []failover.Application{application("a", 1)}, noon)
			return err
		},
	}
	for name, call := range calls {
		var api smithy.APIError
		if err := call(); !errors.As(err, &api) || api.ErrorCode() != "ResourceNotFoundException" {
			t.Errorf("%s: got %v; want ResourceNotFoundException in its chain", name, err)
		}
	}
}

// The registry is part of every Lambda's cold start.
func TestLambdasDoNotLinkWhatOnlyPeopleNeed(t *testing.T) {
	out, err := exec.Command("go", "list", "-deps", ".").CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, heavy := range []string{"github.com/goccy/go-yaml", "github.com/aws/aws-sdk-go-v2/feature/", "github.com/aws/aws-sdk-go-v2/service/dynamodbstreams"} {
		if strings.Contains(string(out), heavy) {
			t.Errorf("internal/registry links %s", heavy)
		}
	}
}
