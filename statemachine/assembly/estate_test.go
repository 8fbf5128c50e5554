package assembly

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestEstateIsThatOfTheContext(t *testing.T) {
	a, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	want := []string{"Z0000000000EXAMPLE", "Z0000000001EXAMPLE", "Z0000000002EXAMPLE"}
	if diff := cmp.Diff(want, a.HostedZones()); diff != "" {
		t.Errorf("hosted zones (-context +read):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"checkout", "orders", "payments"}, a.GlobalClusters()); diff != "" {
		t.Errorf("global clusters (-context +read):\n%s", diff)
	}
	if name, consents := a.FailoverAlarm(); name != "other-region-lost" || !consents {
		t.Errorf("failover alarm %q, consents: %t", name, consents)
	}
}

func TestEstateIsWhatPoliciesAllow(t *testing.T) {
	policy := func(text string) Role { return Role{Policies: []json.RawMessage{json.RawMessage(text)}} }
	a := &Assembly{Roles: []Role{
		policy(`{"Statement": [{"Effect": "Deny", "Action": "route53:ChangeResourceRecordSets", "Resource": "arn:aws:route53:::hostedzone/Z9"}]}`),
		policy(`{"Statement": [{"Effect": "Allow", "Action": "route53:ListResourceRecordSets", "Resource": "arn:aws:route53:::hostedzone/Z8"}]}`),
		policy(`{"Statement": [{"Effect": "Allow", "Action": "route53:ChangeResourceRecordSets", "Resource": "arn:aws:route53:::hostedzone/Z1"}]}`),
		policy(`{"Statement": [{"Effect": "Allow", "Action": ["rds:FailoverGlobalCluster"], "Resource": ["arn:aws:rds:eu-west-1:1:cluster:*", "arn:aws:rds::1:global-cluster:g"]}]}`),
		policy(`{"Statement": "?"}`),
	}}
	if diff := cmp.Diff([]string{"Z1"}, a.HostedZones()); diff != "" {
		t.Errorf("hosted zones (-allowed +read):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"g"}, a.GlobalClusters()); diff != "" {
		t.Errorf("global clusters (-allowed +read):\n%s", diff)
	}
	if name, _ := a.FailoverAlarm(); name != "" {
		t.Errorf("failover alarm %q; want none", name)
	}
}

func TestAnotherEstateTakesThePlaceOfTheContexts(t *testing.T) {
	a, err := Default()
	if err != nil {
		t.Fatal(err)
	}
	other, err := a.WithEstate([]string{"Z0ACME"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	if zones, clusters := other.HostedZones(), other.GlobalClusters(); len(zones) != 1 || zones[0] != "Z0ACME" || len(clusters) > 0 {
		t.Errorf("zones %q, clusters %q", zones, clusters)
	}
	if zones, clusters := a.HostedZones(), a.GlobalClusters(); len(zones) != 3 || len(clusters) != 3 {
		t.Errorf("the assembly itself has changed: zones %q, clusters %q", zones, clusters)
	}
	for _, role := range other.Roles {
		for _, policy := range role.Policies {
			if bytes.Contains(policy, []byte("Z0000000000EXAMPLE")) || bytes.Contains(policy, []byte(`"rds:`)) {
				t.Errorf("role %s still allows what the context listed: %s", role.Name, policy)
			}
		}
	}
}
