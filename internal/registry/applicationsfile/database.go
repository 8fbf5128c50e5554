package applicationsfile

import (
	"fmt"
	"strings"

	"github.com/drover-dr/drover/internal/failover"
	"github.com/drover-dr/drover/internal/registry/rules"
)

func readDatabase(v value, app failover.Application, seen *seen) failover.Database {
	o := v.object("globalCluster", "clusters")
	id := o.need("globalCluster", "the identifier of the Aurora global database")
	db := failover.Database{GlobalCluster: id.text()}
	id.hold(db.GlobalCluster, rules.GlobalCluster)
	// RDS keeps identifiers in lower case, whatever case they are given in. Applications may share a database, and then
	// they must move together.
	db.GlobalCluster = strings.ToLower(db.GlobalCluster)
	seen.once(id, fmt.Sprintf("global cluster %s of application %s", db.GlobalCluster, app.Name))
	seen.same(id, "global cluster "+db.GlobalCluster, fmt.Sprintf("wave %d", app.Wave))
	db.Clusters = perRegion(o.need("clusters", "the ARN of the member cluster in each Region"), readClusterARN)
	return db
}

func readClusterARN(v value, region failover.Region) string {
	arn := v.text()
	v.hold(arn, func(arn string) string { return rules.ClusterARN(arn, region) })
	return strings.ToLower(arn)
}
