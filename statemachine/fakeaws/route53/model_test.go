package route53_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/route53"

	"github.com/drover-dr/drover/statemachine/fakeaws"
)

// wholeBatch is a body with the content of ChangeBatch.
func wholeBatch(content string) string {
	return `<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch>` + content + `</ChangeBatch></ChangeResourceRecordSetsRequest>`
}

func oneChange(action, set string) string {
	return wholeBatch("<Changes><Change>" + action + "<ResourceRecordSet>" + set + "</ResourceRecordSet></Change></Changes>")
}

func TestRoute53RefusesWhatItsModelRefuses(t *testing.T) {
	const create, records = "<Action>CREATE</Action>", "<ResourceRecords><ResourceRecord><Value>192.0.2.1</Value></ResourceRecord></ResourceRecords>"
	const name, kind, ttl = "<Name>a.example.com</Name>", "<Type>A</Type>", "<TTL>60</TTL>"
	member := "changeBatch.changes.1.member."
	long := func(n int) string { return strings.Repeat("x", n) }
	set := func(more string) string { return oneChange(create, name+kind+more+ttl+records) }
	for _, c := range []struct{ method, path, body, at, must string }{
		{"POST", rrset, `<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"></ChangeResourceRecordSetsRequest>`, "changeBatch", "not be null"},
		{"POST", rrset, wholeBatch(""), "changeBatch.changes", "not be null"},
		{"POST", rrset, oneChange("", name+kind+ttl+records), member + "action", "not be null"},
		{"POST", rrset, oneChange("<Action>REPLACE</Action>", name+kind+ttl+records), member + "action", "satisfy enum value set: [CREATE, DELETE, UPSERT]"},
		{"POST", rrset, wholeBatch("<Changes><Change>" + create + "</Change></Changes>"), member + "resourceRecordSet", "not be null"},
		{"POST", rrset, oneChange(create, kind+ttl+records), member + "resourceRecordSet.name", "not be null"},
		{"POST", rrset, oneChange(create, "<Name>"+long(1025)+"</Name>"+kind+ttl+records), member + "resourceRecordSet.name", "have length less than or equal to 1024"},
		{"POST", rrset, oneChange(create, name+ttl+records), member + "resourceRecordSet.type", "not be null"},
		{"POST", rrset, set("<SetIdentifier></SetIdentifier>"), member + "resourceRecordSet.setIdentifier", "have length greater than or equal to 1"},
		{"POST", rrset, set("<Weight>-1</Weight>"), member + "resourceRecordSet.weight", "have value greater than or equal to 0"},
		{"POST", rrset, set("<Region>us-moon-1</Region>"), member + "resourceRecordSet.region", "satisfy enum value set"},
		{"POST", rrset, set("<Failover>THIRD</Failover>"), member + "resourceRecordSet.failover", "satisfy enum value set: [PRIMARY, SECONDARY]"},
		{"POST", rrset, set("<HealthCheckId>" + long(65) + "</HealthCheckId>"), member + "resourceRecordSet.healthCheckId", "have length less than or equal to 64"},
		{"POST", rrset, oneChange(create, name+"<Type>TXT</Type>"+ttl+"<ResourceRecords><ResourceRecord><Value>"+long(4001)+"</Value></ResourceRecord></ResourceRecords>"),
			member + "resourceRecordSet.resourceRecords.1.member.value", "have length less than or equal to 4000"},
		{"POST", rrset, oneChange(create, name+kind+ttl+"<ResourceRecords></ResourceRecords>"), member + "resourceRecordSet.resourceRecords", "not be null"},
		{"POST", rrset, oneChange(create, name+kind+ttl+"<ResourceRecords><ResourceRecord></ResourceRecord></ResourceRecords>"), member + "resourceRecordSet.resourceRecords.1.member.value", "not be null"},
		{"POST", rrset, oneChange(create, aliasSet("a.example.com", long(33), "b.example.com", "<EvaluateTargetHealth>true</EvaluateTargetHealth>")), member + "resourceRecordSet.aliasTarget.hostedZoneId", "have length less than or equal to 32"},
		{"POST", rrset, oneChange(create, aliasSet("a.example.com", testZone, long(1025), "<EvaluateTargetHealth>true</EvaluateTargetHealth>")), member + "resourceRecordSet.aliasTarget.dNSName", "have length less than or equal to 1024"},
		{"POST", rrset, oneChange(create, aliasSet("a.example.com", testZone, "b.example.com", "")), member + "resourceRecordSet.aliasTarget.evaluateTargetHealth", "not be null"},
		{"POST", "/2013-04-01/hostedzone/" + long(33) + "/rrset", set(""), "hostedZoneId", "have length less than or equal to 32"},
		{"GET", rrset + "?name=" + long(1025), "", "startRecordName", "have length less than or equal to 1024"},
		{"GET", rrset + "?name=a&type=ZZZ", "", "startRecordType", "satisfy enum value set"},
		{"GET", rrset + "?name=a&type=A&identifier=" + long(129), "", "startRecordIdentifier", "have length less than or equal to 128"},
		{"GET", "/2013-04-01/hostedzone/" + long(33), "", "hostedZoneId", "have length less than or equal to 32"},
		{"POST", rrset, set("<SetIdentifier>a</SetIdentifier><GeoLocation><ContinentCode>E</ContinentCode></GeoLocation>"), member + "resourceRecordSet.geoLocation.continentCode", "have length greater than or equal to 2"},
		{"GET", "/2013-04-01/tags/zone/Z1", "", "resourceType", "satisfy enum value set: [healthcheck, hostedzone]"},
		{"GET", "/2013-04-01/tags/hostedzone/" + long(65), "", "resourceId", "have length less than or equal to 64"},
		{"POST", "/2013-04-01/tags/zone", tagsRequest("<ResourceId>Z1</ResourceId>"), "resourceType", "satisfy enum value set: [healthcheck, hostedzone]"},
		{"POST", "/2013-04-01/tags/hostedzone", tagsRequest(strings.Repeat("<ResourceId>Z1</ResourceId>", 11)), "resourceIds", "have length less than or equal to 10"},
		{"GET", "/2013-04-01/change/" + long(6501), "", "id", "have length less than or equal to 6500"},
		{"GET", "/2013-04-01/healthcheck/" + long(65), "", "healthCheckId", "have length less than or equal to 64"},
		{"GET", "/2013-04-01/healthcheck/" + long(65) + "/status", "", "healthCheckId", "have length less than or equal to 64"},
		{"GET", "/2013-04-01/healthcheck?marker=" + long(65), "", "marker", "have length less than or equal to 64"},
		{"GET", "/2013-04-01/hostedzone?marker=" + long(65), "", "marker", "have length less than or equal to 64"},
		{"GET", "/2013-04-01/hostedzone?hostedzonetype=Public", "", "hostedZoneType", "satisfy enum value set: [PrivateHostedZone]"},
		{"GET", "/2013-04-01/hostedzonesbyname?dnsname=" + long(1025), "", "dNSName", "have length less than or equal to 1024"},
		{"GET", "/2013-04-01/hostedzonesbyname?dnsname=a&hostedzoneid=" + long(33), "", "hostedZoneId", "have length less than or equal to 32"},
		{"POST", "/2013-04-01/hostedzone", zoneRequest("<Name>a.example</Name>"), "callerReference", "not be null"},
		{"POST", "/2013-04-01/hostedzone", zoneRequest("<CallerReference>a</CallerReference>"), "name", "not be null"},
		{"POST", "/2013-04-01/hostedzone", zoneRequest("<Name>a.example</Name><CallerReference>" + long(129) + "</CallerReference>"), "callerReference", "have length less than or equal to 128"},
		{"POST", "/2013-04-01/hostedzone", zoneRequest("<Name>a.example</Name><CallerReference>a</CallerReference><HostedZoneConfig><Comment>" + long(257) + "</Comment></HostedZoneConfig>"),
			"hostedZoneConfig.comment", "have length less than or equal to 256"},
		{"POST", "/2013-04-01/hostedzone", zoneRequest("<Name>a.example</Name><CallerReference>a</CallerReference><VPC><VPCId>v</VPCId><VPCRegion>moon</VPCRegion></VPC>"), "vPC.vPCRegion", "satisfy enum value set"},
	} {
		s := serveZone(t)
		status, answer := s.ask(t, c.method, c.path, c.body)
		if status != http.StatusBadRequest || !strings.Contains(answer, "<Code>InvalidInput</Code>") || !strings.Contains(answer, "at &#39;"+c.at+"&#39;") || !strings.Contains(answer, "Member must "+c.must) {
			t.Errorf("%s %.80s %.300s: %d %.300s; want that %s must %s", c.method, c.path, c.body, status, answer, c.at, c.must)
		}
		if n := len(s.Batches()); n != 0 {
			t.Errorf("%d batches; want none", n)
		}
	}
}

func zoneRequest(content string) string {
	return `<CreateHostedZoneRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/">` + content + `</CreateHostedZoneRequest>`
}

func TestRoute53NamesWhatItDoesNotHave(t *testing.T) {
	for _, c := range []struct{ method, path, body, want string }{
		{"POST", rrset, oneChange("<Action>CREATE</Action>", "<Notes>x</Notes>"+setOf("a.example.com", "A", "60", "192.0.2.1")), "the parameter changeBatch.changes.1.member.resourceRecordSet.Notes"},
		{"POST", rrset, wholeBatch("<Urgent>true</Urgent>"), "the parameter changeBatch.Urgent"},
		{"POST", "/2013-04-01/hostedzone", zoneRequest("<Tags></Tags>"), "the parameter Tags"},
		{"GET", rrset + "?name=a&startname=b", "", "the parameter startname of ListResourceRecordSets"},
		{"GET", "/2013-04-01/hostedzone?tag=b", "", "the parameter tag of ListHostedZones"},
		{"GET", "/2013-04-01/healthcheck?tag=b", "", "the parameter tag of ListHealthChecks"},
		{"GET", "/2013-04-01/change/C1?tag=b", "", "the parameter tag of GetChange"},
	} {
		status, answer := serveZone(t).ask(t, c.method, c.path, c.body)
		if status != http.StatusNotImplemented || !strings.Contains(answer, c.want) {
			t.Errorf("%s %s: %d %s; want 501 with %s", c.method, c.path, status, answer, c.want)
		}
	}
	for _, body := range []string{
		"<ChangeResourceRecordSetsRequest/>", `<Other xmlns="https://route53.amazonaws.com/doc/2013-04-01/"/>`, "{}",
		oneChange("<Action>CREATE</Action>", "<Name>a.example.com</Name><Type>A</Type><TTL>soon</TTL>"),
	} {
		if status, answer := serveZone(t).ask(t, "POST", rrset, body); status != http.StatusBadRequest || !strings.Contains(answer, "Invalid XML") {
			t.Errorf("%s: %d %s; want InvalidInput, Invalid XML", body, status, answer)
		}
	}
}

func TestADomainNameThatIsNoneIsRefused(t *testing.T) {
	s := serveZone(t)
	client := s.Route53()
	for _, name := range []string{"a..example", "a b.example", strings.Repeat("a", 64) + ".example", "köln.example"} {
		if _, err := client.ListHostedZonesByName(t.Context(), &route53.ListHostedZonesByNameInput{DNSName: aws.String(name)}); codeOf(err) != "InvalidDomainName" {
			t.Errorf("ListHostedZonesByName %s: %v; want InvalidDomainName", name, err)
		}
		if _, err := client.CreateHostedZone(t.Context(), &route53.CreateHostedZoneInput{Name: aws.String(name), CallerReference: aws.String("a")}); codeOf(err) != "InvalidDomainName" {
			t.Errorf("CreateHostedZone %s: %v; want InvalidDomainName", name, err)
		}
	}
	if _, err := client.ListResourceRecordSets(t.Context(), &route53.ListResourceRecordSetsInput{HostedZoneId: aws.String(testZone), StartRecordName: aws.String("köln.example.com")}); codeOf(err) != "InvalidInput" {
		t.Errorf("ListResourceRecordSets: %v; want InvalidInput", err)
	}
	if status, _ := s.Send(t, east, fakeaws.Administrator, "route53", "", "GET", rrset+"?name="+`%5C052.example.com`, ""); status != http.StatusOK {
		t.Errorf("a wildcard as an escape: %d; want 200", status)
	}
}
