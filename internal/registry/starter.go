package registry

import (
	"context"
	"crypto/sha256"
	"encoding/hex"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"github.com/drover-dr/drover/internal/failover"
)

// starterKey is that of who has asked the API of a Region to start a run with an input. The input is part of it: what the
// signer of one request has asked for says nothing of a run of the same name that was started with another input.
func starterKey(run string, region failover.Region, input []byte) item {
	sum := sha256.Sum256(input)
	return key(startersPartition, run+"#"+string(region)+"#"+hex.EncodeToString(sum[:]))
}

// PutStarter notes who has signed the request to start a run with an input. Only the API's role may write it, so what is
// there is not what an input says. Writing again changes nothing.
func (s *Store) PutStarter(ctx context.Context, run string, region failover.Region, input []byte, by string) error {
	it := starterKey(run, region, input)
	it["by"], it[formatAttribute] = text(by), thisFormat()
	if _, err := s.Client.PutItem(ctx, &dynamodb.PutItemInput{TableName: &s.Table, Item: it}); err != nil {
		return failover.Doing("write", "who starts run "+run, err)
	}
	return nil
}

// Starter is who has signed the request to start a run with an input, and empty when no request was for that.
func (s *Store) Starter(ctx context.Context, run string, region failover.Region, input []byte) (by string, err error) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{
		TableName: &s.Table, Key: starterKey(run, region, input), ConsistentRead: aws.Bool(true),
	})
	if err != nil {
		return "", failover.Doing("read", "who has started run "+run, err)
	}
	if len(out.Item) == 0 {
		return "", nil
	}
	r := &reader{item: out.Item}
	r.format()
	by = r.text("by")
	return by, r.err
}
