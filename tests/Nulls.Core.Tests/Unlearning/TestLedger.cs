using Nulls.Sources;
using Nulls.Tests.Support;
using Nulls.Unlearning;

namespace Nulls.Tests.Unlearning;

/// <summary>A ledger in a folder of its own, with its key beside it, for a registry of ten sources.</summary>
internal sealed class TestLedger : IDisposable
{
    public const string ModelDigest = "sha256:00ff";

    public static readonly string[] Keys = [.. Enumerable.Range(0, 10).Select(i => $"book-{i}-by-Ada")];

    public static readonly LedgerRequest Request = new() { Actor = "privacy-office", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    private readonly TemporaryFolder _folder = new();

    public TestLedger()
    {
        Key = LedgerKey.FromBytes(SecretBytes);
        Ledger = UnlearningLedger.Create(Path, Key, Sources, ModelDigest, Clock);
    }

    public static byte[] SecretBytes { get; } = [.. Enumerable.Range(0, 32).Select(i => (byte)(i * 7))];

    public LedgerKey Key { get; }

    public SourceRegistry Sources { get; } = RegistryOf(Keys);

    public UnlearningLedger Ledger { get; }

    public FixedClock Clock { get; } = new();

    public string Path => _folder["unlearning.ledger"];

    public static SourceRegistry RegistryOf(IEnumerable<string> keys, string salt = "the salt of tests")
    {
        var sources = new SourceRegistry(salt: System.Text.Encoding.ASCII.GetBytes(salt));
        foreach (var key in keys)
            sources.GetOrAdd(key);
        return sources;
    }

    public UnlearningLedger Open() => UnlearningLedger.Open(Path, Key, Clock);

    public LedgerEntry Append(LedgerAction action, params int[] sources) => Append(Ledger, action, sources);

    public static LedgerEntry Append(UnlearningLedger ledger, LedgerAction action, params int[] sources) =>
        ledger.Append(action, sources.Select(source => Keys[source]), Request, ModelDigest);

    public byte[] Bytes() => File.ReadAllBytes(Path);

    public void Dispose()
    {
        Key.Dispose();
        _folder.Dispose();
    }

    internal sealed class FixedClock : TimeProvider
    {
        public DateTimeOffset Now { get; set; } = new(2026, 11, 25, 4, 8, 33, TimeSpan.Zero);

        public override DateTimeOffset GetUtcNow() => Now;
    }
}
