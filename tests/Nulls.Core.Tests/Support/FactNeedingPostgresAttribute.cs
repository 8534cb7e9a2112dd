namespace Nulls.Tests.Support;

/// <summary>A fact about a PostgreSQL server; skipped, with the reason, where none is named.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class FactNeedingPostgresAttribute : FactAttribute
{
    /// <summary>Holds a connection string of a user who may create databases.</summary>
    public const string Variable = "NULLS_POSTGRES";

    public FactNeedingPostgresAttribute() => Skip = ConnectionString is null ? $"The environment variable {Variable} names no PostgreSQL server." : null;

    public static string? ConnectionString => Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } text ? text : null;
}
