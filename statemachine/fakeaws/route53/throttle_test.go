package route53_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"
	"github.com/aws/aws-sdk-go-v2/service/route53/types"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestAZoneStillProcessingRefusesTheNextBatch(t *testing.T) {
	s := serveZone(t)
	s.SetRoute53(fakeaws.Route53Settings{Processing: 2 * time.Second})
	s.MustChange(t, shift()...)
	if _, err := s.Change(shift()...); codeOf(err) != "PriorRequestNotComplete" {
		t.Errorf("second batch = %v; want PriorRequestNotComplete", err)
	}
	s.Pass(2 * time.Second)
	s.MustChange(t, shift()...)
}

func TestTheChangeBucketRefillsWithVirtualTime(t *testing.T) {
	s := serveZone(t)
	batch := make([]types.Change, 500)
	for i := range batch {
		batch[i] = weigh(types.ChangeActionUpsert, fmt.Sprintf("n%04d.example.com", i), east, 1)
	}
	s.MustChange(t, batch...) // 1,000 of 1,500 tokens
	for _, step := range []struct {
		wait time.Duration
		code string
	}{
		{0, "Throttling"}, // 500 tokens
		{5*time.Second - time.Millisecond, "Throttling"}, // 999.9
		{time.Millisecond, ""},                           // 1,000, and none after it
		{9 * time.Second, "Throttling"},                  // 900
		{time.Hour, ""},                                  // full, at 1,500 and not more
		{0, "Throttling"},
	} {
		s.Pass(step.wait)
		if _, err := s.Change(batch...); codeOf(err) != step.code {
			t.Errorf("%s later: %v; want code %q", step.wait, err, step.code)
		}
	}
}

func TestEveryRequestTakesATokenOfTheAccount(t *testing.T) {
	s := serveZone(t)
	get := func() error {
		_, err := s.Route53().GetHostedZone(context.Background(), &route53.GetHostedZoneInput{Id: aws.String(testZone)})
		return err
	}
	for i := range 50 {
		if err := get(); err != nil {
			t.Fatalf("request %d: %v", i+1, err)
		}
	}
	if err := get(); codeOf(err) != "Throttling" {
		t.Errorf("request 51 = %v; want Throttling", err)
	}
	if _, err := s.Change(shift()...); codeOf(err) != "Throttling" {
		t.Errorf("another action = %v; want Throttling, since the account's bucket is empty", err)
	}
	s.Pass(100 * time.Millisecond)
	if err := get(); err != nil {
		t.Errorf("after a tenth of a second: %v; want one more request", err)
	}
	if err := get(); codeOf(err) != "Throttling" {
		t.Errorf("and another = %v; want Throttling", err)
	}
}
