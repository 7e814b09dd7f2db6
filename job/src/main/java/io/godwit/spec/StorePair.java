package io.godwit.spec;

import java.util.Locale;

/** Whether the stores of a spec are of its kind and, for tenants, two different ones. */
final class StorePair {

    private StorePair() {}

    static void check(Kind kind, SourceSpec source, TargetSpec target) {
        ofKind(kind, "source.type", source instanceof TenantStoreSpec);
        ofKind(kind, "target.type", target instanceof TenantStoreSpec);
        if (kind == Kind.TENANT) {
            different((TenantStoreSpec) source, (TenantStoreSpec) target);
        }
    }

    private static void ofKind(Kind kind, String key, boolean holdsTenants) {
        if ((kind == Kind.TENANT) != holdsTenants) {
            throw new IllegalArgumentException(
                    key
                            + " is no store of kind "
                            + kind.name().toLowerCase(Locale.ROOT)
                            + "; correct the kind or the type");
        }
    }

    private static void different(TenantStoreSpec source, TenantStoreSpec target) {
        if (source.storeId().equals(target.storeId())) {
            throw new IllegalArgumentException(
                    "source.store_id and target.store_id are both '"
                            + source.storeId()
                            + "'; a route tells stores apart by it");
        }
        String url = Checks.withoutQuery(source.url());
        if (url.equals(Checks.withoutQuery(target.url()))) {
            throw new IllegalArgumentException(
                    "source.url and target.url are both "
                            + url
                            + "; a tenant moves to another database, for each database has one"
                            + " route for it");
        }
        if (source.createSchema()) {
            throw new IllegalArgumentException(
                    "source.create_schema is true; only the target's tables can be created");
        }
    }
}
