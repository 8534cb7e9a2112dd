using System.Net;
using System.Security.Cryptography;
using ForgetDesk.Tests.Support;
using Nulls.Certificates;
using Nulls.Unlearning;

namespace ForgetDesk.Tests.Security;

/// <summary>What the desk shows for what it did: certificates, the ledger, health.</summary>
[Collection(SharedDesk.Name)]
public sealed class EvidenceTests(DeskFixture fixture)
{
    private static readonly LedgerRequest Request = new() { Actor = "officer", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };

    [Theory]
    [InlineData(LedgerAction.Disable)]
    [InlineData(LedgerAction.Erase)]
    public async Task The_certificate_of_an_order_is_sound_beside_the_ledger_and_says_that_no_sink_runs(LedgerAction action)
    {
        var entry = fixture.Desk.Order(action, fixture.Take().Source.Index, Request);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        var certificate = UnlearningCertificate.Parse(await reader.ReadBytesAsync($"/Certificate/{entry.Id}/File"));
        using var key = ECDsa.Create();
        key.ImportFromPem(await reader.ReadAsync("/Certificate/Key"));
        Assert.True(certificate.Verify(key, new CertificateEvidence { LedgerPath = Path.Combine(fixture.Folder, "ledger.jsonl") }).IsSound);
        Assert.Equal(CertificateVerdict.Passed, Assert.Single(certificate.Tests, test => test.Name == "own-sinks-off").Verdict);
    }

    [Fact]
    public async Task A_certificate_is_not_sound_under_another_key()
    {
        var entry = fixture.Desk.Order(LedgerAction.Disable, fixture.Take().Source.Index, Request);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(UnlearningCertificate.Parse(await reader.ReadBytesAsync($"/Certificate/{entry.Id}/File")).Verify(other).IsSound);
    }

    [Fact]
    public async Task A_certificate_is_shown_in_a_sandbox()
    {
        var entry = fixture.Desk.Order(LedgerAction.Disable, fixture.Take().Source.Index, Request);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var page = await reader.GetAsync($"/Certificate/{entry.Id}");
        Assert.EndsWith("sandbox", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_was_edited_is_told_and_what_it_ordered_still_holds()
    {
        var (source, fact) = fixture.Take();
        var folder = Directory.CreateTempSubdirectory("nulls-desk-").FullName;
        try
        {
            foreach (var path in Directory.GetFiles(fixture.Folder, "*", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(folder, Path.GetRelativePath(fixture.Folder, path));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(path, copy);
            }

            await using var desk = await RunningDesk.StartAsync(folder);
            await desk.UntilOpenAsync();
            desk.Desk.Order(LedgerAction.Disable, source.Index, Request);
            var ledger = Path.Combine(folder, "ledger.jsonl");
            var text = await File.ReadAllBytesAsync(ledger);
            text[text.AsSpan().LastIndexOf("consent-withdrawn"u8)] ^= 1;
            await File.WriteAllBytesAsync(ledger, text);

            using var reader = await DeskClient.SignInAsync(desk, "reader");
            Assert.Contains("Changed at record", await reader.ReadAsync("/Ledger"), StringComparison.Ordinal);
            using var health = await reader.GetAsync("/health");
            Assert.Equal(HttpStatusCode.ServiceUnavailable, health.StatusCode);
            Assert.DoesNotContain(fact.Answer, await AnswerAsync(reader, fact.Question), StringComparison.Ordinal);
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Health_tells_the_world_one_word()
    {
        using var client = new DeskClient(fixture.Running);
        Assert.Equal("Healthy", await client.ReadAsync("/health"));
    }

    private static async Task<string> AnswerAsync(DeskClient client, string question)
    {
        var page = await client.AskAsync(question);
        var begin = page.IndexOf("class=\"said\"", StringComparison.Ordinal);
        return page[begin..page.IndexOf("</p>", begin, StringComparison.Ordinal)];
    }
}
