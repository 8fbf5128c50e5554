package registrytest

import (
	"context"
	"maps"
	"slices"
	"sync"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
)

// Stale answers reads as DynamoDB may answer them: one that does not ask for consistency gets the item as it was before its last
// write, and a query that does not ask for it finds nothing.
type Stale struct {
	*dynamodb.Client

	mu     sync.Mutex
	before map[string]map[string]types.AttributeValue // by key
}

// GetItem reads an item.
func (s *Stale) GetItem(ctx context.Context, in *dynamodb.GetItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.GetItemOutput, error) {
	s.mu.Lock()
	before, written := s.before[keyOf(in.Key)]
	s.mu.Unlock()
	if aws.ToBool(in.ConsistentRead) || !written {
		return s.Client.GetItem(ctx, in, opts...)
	}
	return &dynamodb.GetItemOutput{Item: before}, nil
}

// Query reads items.
func (s *Stale) Query(ctx context.Context, in *dynamodb.QueryInput, opts ...func(*dynamodb.Options)) (*dynamodb.QueryOutput, error) {
	if !aws.ToBool(in.ConsistentRead) {
		return &dynamodb.QueryOutput{}, nil
	}
	return s.Client.Query(ctx, in, opts...)
}

// PutItem writes an item.
func (s *Stale) PutItem(ctx context.Context, in *dynamodb.PutItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.PutItemOutput, error) {
	s.keep(ctx, in.TableName, map[string]types.AttributeValue{"pk": in.Item["pk"], "sk": in.Item["sk"]})
	return s.Client.PutItem(ctx, in, opts...)
}

// UpdateItem writes an item.
func (s *Stale) UpdateItem(ctx context.Context, in *dynamodb.UpdateItemInput, opts ...func(*dynamodb.Options)) (*dynamodb.UpdateItemOutput, error) {
	s.keep(ctx, in.TableName, in.Key)
	return s.Client.UpdateItem(ctx, in, opts...)
}

// keep keeps an item as it is before a write.
func (s *Stale) keep(ctx context.Context, table *string, key map[string]types.AttributeValue) {
	out, err := s.Client.GetItem(ctx, &dynamodb.GetItemInput{TableName: table, Key: key, ConsistentRead: aws.Bool(true)})
	if err != nil {
		return // so will the write be
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.before == nil {
		s.before = map[string]map[string]types.AttributeValue{}
	}
	s.before[keyOf(key)] = out.Item
}

func keyOf(key map[string]types.AttributeValue) string {
	text := ""
	for _, name := range slices.Sorted(maps.Keys(key)) {
		if v, ok := key[name].(*types.AttributeValueMemberS); ok {
			text += name + "=" + v.Value + " "
		}
	}
	return text
}
