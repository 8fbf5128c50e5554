package iam_test

import (
	"context"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/sts"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

func TestACallerIsWhoseTheAccessKeyIs(t *testing.T) {
	s := serve(t)
	oncall := s.Role(t, "arn:aws:iam::111122223333:role/oncall", "states:SendTaskSuccess") // and not sts:GetCallerIdentity
	for key, want := range map[string]string{
		fakeaws.Administrator: "arn:aws:iam::111122223333:user/administrator",
		oncall:                "arn:aws:sts::111122223333:assumed-role/oncall/session",
	} {
		out, err := sts.NewFromConfig(s.Config(west, key)).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
		if err != nil {
			t.Fatal(err)
		}
		if aws.ToString(out.Arn) != want || aws.ToString(out.Account) != "111122223333" || aws.ToString(out.UserId) == "" {
			t.Errorf("got %s, %s, %s; want %s", aws.ToString(out.Arn), aws.ToString(out.Account), aws.ToString(out.UserId), want)
		}
	}
	_, err := sts.NewFromConfig(s.Config(west, "AKIANOBODY")).GetCallerIdentity(context.Background(), &sts.GetCallerIdentityInput{})
	if codeOf(err) != "InvalidClientTokenId" {
		t.Errorf("an unknown key: %v; want InvalidClientTokenId", err)
	}
}
