package io.godwit.spec;

/** A store that tenants can live in: the source and the target of kind {@code tenant}. */
public interface TenantStoreSpec extends SourceSpec, TargetSpec {

    /** The name by which routes and positions know this store. */
    String storeId();

    String url();

    /** The store's tables are created when they are not there; for a target only. */
    Boolean createSchema();
}
