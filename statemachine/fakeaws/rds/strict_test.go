package rds_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/rds"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// post sends a form as it is.
func (s served) post(t *testing.T, form string) (status int, answer string) {
	t.Helper()
	return s.Send(t, east, fakeaws.Administrator, "rds", "", http.MethodPost, "/", form)
}

func TestRDSRefusesWhatItsModelRefuses(t *testing.T) {
	s := serveAurora(t)
	target := "&TargetDbClusterIdentifier=" + url.QueryEscape(westCluster)
	for _, c := range []struct{ form, code, text string }{
		{"Action=SwitchoverGlobalCluster" + target, "MissingParameter", "GlobalClusterIdentifier"},
		{"Action=SwitchoverGlobalCluster&GlobalClusterIdentifier=checkout", "MissingParameter", "TargetDbClusterIdentifier"},
		{"Action=FailoverGlobalCluster&AllowDataLoss=true" + target, "MissingParameter", "GlobalClusterIdentifier"},
		{"Action=FailoverGlobalCluster&GlobalClusterIdentifier=checkout", "MissingParameter", "TargetDbClusterIdentifier"},
		{"Action=FailoverGlobalCluster&GlobalClusterIdentifier=1checkout" + target, "InvalidParameterValue", "GlobalClusterIdentifier is not a valid identifier"},
		{"Action=FailoverGlobalCluster&GlobalClusterIdentifier=checkout&TargetDbClusterIdentifier=a/b", "InvalidParameterValue", "TargetDbClusterIdentifier is not a valid identifier"},
		{"Action=DescribeGlobalClusters&GlobalClusterIdentifier=", "InvalidParameterValue", "GlobalClusterIdentifier"},
		{"Action=DescribeGlobalClusters&GlobalClusterIdentifier=" + strings.Repeat("a", 256), "InvalidParameterValue", "GlobalClusterIdentifier"},
		{"Action=FailoverGlobalCluster&GlobalClusterIdentifier=checkout&AllowDataLoss=yes" + target, "MalformedInput", "Invalid boolean value: yes"},
		{"Action=FailoverGlobalCluster&GlobalClusterIdentifier=checkout&Switchover=" + target, "MalformedInput", "Invalid boolean value"},
		{"Action=DescribeDBClusters&MaxRecords=5x", "MalformedInput", "5x"},
		{"Action=DescribeDBClusters&MaxRecords=19", "InvalidParameterValue", "Must be between 20 and 100"},
		{"Action=DescribeDBClusters&MaxRecords=101", "InvalidParameterValue", "Must be between 20 and 100"},
		{"Action=DescribeDBClusters&IncludeShared=true", fakeaws.CodeNotImplemented, "the parameter IncludeShared"},
		{"Action=DescribeDBClusters&Filters.Filter.1.Name=engine&Filters.Filter.1.Values.Value.1=a", fakeaws.CodeNotImplemented, "Filters.Filter.1.Name"},
		{"Action=DescribeGlobalClusters&IncludeShared=false", fakeaws.CodeNotImplemented, "the parameter IncludeShared"},
	} {
		status, answer := s.post(t, c.form)
		if status < 400 || !strings.Contains(answer, "<Code>"+c.code+"</Code>") || !strings.Contains(answer, c.text) {
			t.Errorf("%.150s: %d %s; want %s with %s", c.form, status, answer, c.code, c.text)
		}
	}
	if n := len(s.Promotions()); n != 0 {
		t.Errorf("%d promotions; want none", n)
	}
}

func TestIdentifiersAreNotCaseSensitive(t *testing.T) {
	s := serveAurora(t)
	ctx, client := t.Context(), s.RDS(east)
	global, err := client.DescribeGlobalClusters(ctx, &rds.DescribeGlobalClustersInput{GlobalClusterIdentifier: aws.String("CheckOut")})
	if err != nil || len(global.GlobalClusters) != 1 || aws.ToString(global.GlobalClusters[0].GlobalClusterIdentifier) != "checkout" {
		t.Errorf("global cluster: %+v, %v; want checkout", global, err)
	}
	for _, name := range []string{"CHECKOUT-us-east-1", strings.ToUpper(eastCluster[:3]) + eastCluster[3:]} {
		out, err := client.DescribeDBClusters(ctx, &rds.DescribeDBClustersInput{DBClusterIdentifier: &name, IncludeShared: aws.Bool(false)})
		if err != nil || len(out.DBClusters) != 1 || aws.ToString(out.DBClusters[0].DBClusterIdentifier) != "checkout-us-east-1" {
			t.Errorf("%s: %+v, %v; want checkout-us-east-1", name, out, err)
		}
	}
	if _, err := client.SwitchoverGlobalCluster(ctx, &rds.SwitchoverGlobalClusterInput{
		GlobalClusterIdentifier: aws.String("CHECKOUT"), TargetDbClusterIdentifier: aws.String(strings.Replace(westCluster, "checkout", "Checkout", 1)),
	}); err != nil {
		t.Error(err)
	}
}
