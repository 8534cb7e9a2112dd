using System.Net;
using System.Security.Cryptography;
using System.Text.RegularExpressions;
using ForgetDesk.Tests.Support;
using Nulls.Certificates;
using Nulls.Unlearning;

namespace ForgetDesk.Tests.Security;

/// <summary>What the desk shows for what it did: certificates, the ledger, health.</summary>
[Collection(SharedDesk.Name)]
public sealed partial class EvidenceTests(DeskFixture fixture)
{
    [Theory]
    [InlineData(LedgerAction.Disable)]
    [InlineData(LedgerAction.Erase)]
    public async Task The_certificate_of_an_order_is_sound_beside_the_ledger_and_says_that_no_sink_runs(LedgerAction action)
    {
        var entry = await fixture.Running.OrderAsync(action, fixture.Take().Source.Index);
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
        var entry = await fixture.Running.OrderAsync(LedgerAction.Disable, fixture.Take().Source.Index);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var other = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        Assert.False(UnlearningCertificate.Parse(await reader.ReadBytesAsync($"/Certificate/{entry.Id}/File")).Verify(other).IsSound);
    }

    [Fact]
    public async Task A_certificate_is_shown_in_a_sandbox()
    {
        var entry = await fixture.Running.OrderAsync(LedgerAction.Disable, fixture.Take().Source.Index);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var page = await reader.GetAsync($"/Certificate/{entry.Id}");
        Assert.EndsWith("sandbox", page.Headers.GetValues("Content-Security-Policy").Single(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_ledger_that_was_edited_is_told_and_what_it_ordered_still_holds()
    {
        var (source, fact) = fixture.Take();
        var folder = fixture.CopyFolder();
        try
        {
            await using var desk = await RunningDesk.StartAsync(folder);
            await desk.UntilOpenAsync();
            await desk.OrderAsync(LedgerAction.Disable, source.Index);
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

    [Theory]
    [InlineData(LedgerAction.Disable)]
    [InlineData(LedgerAction.Erase)]
    public async Task A_certificate_is_checked_against_the_models_files_and_tells_what_was_not_checked(LedgerAction action)
    {
        var entry = await fixture.Running.OrderAsync(action, fixture.Take().Source.Index);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        var before = await ChecksAsync(reader, entry, readsModel: false);
        Assert.Equal(("passed", "passed", "not checked", "not checked"), (before["signature"], before["ledger entry"], before["model before"], before["model after"]));
        var after = await ChecksAsync(reader, entry, readsModel: true);
        var isErased = action == LedgerAction.Erase;
        Assert.Equal((isErased ? "not checked" : "passed", "passed"), (after["model before"], after["model after"]));
        Assert.Equal(isErased ? "passed" : "not checked", after["no id of the sources in the model after"]);
        Assert.Equal(isErased ? "passed" : "not checked", after["weights of the sinks are zero in the model after"]);
    }

    [Fact]
    public async Task A_certificate_is_not_sound_beside_a_model_whose_weights_were_changed()
    {
        var entry = await fixture.Running.OrderAsync(LedgerAction.Disable, fixture.Take().Source.Index);
        var path = Path.Combine(fixture.Folder, "model", "model.safetensors");
        var weights = await File.ReadAllBytesAsync(path);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        weights[^1] ^= 1;
        await File.WriteAllBytesAsync(path, weights);
        try
        {
            Assert.Equal("failed", (await ChecksAsync(reader, entry, readsModel: true))["model after"]);
        }
        finally
        {
            weights[^1] ^= 1;
            await File.WriteAllBytesAsync(path, weights);
        }
    }

    [Fact]
    public async Task A_certificate_of_weights_that_a_later_erasure_replaced_says_so_and_is_no_less_sound()
    {
        var entry = await fixture.Running.OrderAsync(LedgerAction.Erase, fixture.Take().Source.Index);
        var later = await fixture.Running.OrderAsync(LedgerAction.Erase, fixture.Take().Source.Index);
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        var checks = await ChecksAsync(reader, entry, readsModel: true);
        Assert.Equal("not checked", checks["model after"]);
        Assert.DoesNotContain("failed", checks.Values);
        Assert.Equal("passed", (await ChecksAsync(reader, later, readsModel: true))["model after"]);
    }

    [Fact]
    public async Task A_certificate_that_there_is_not_is_a_page_that_there_is_not()
    {
        using var reader = await DeskClient.SignInAsync(fixture.Running, "reader");
        using var answer = await reader.GetAsync($"/Certificate/{Guid.NewGuid()}/Check");
        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
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

    private static async Task<Dictionary<string, string>> ChecksAsync(DeskClient client, LedgerEntry entry, bool readsModel)
    {
        var path = $"/Certificate/{entry.Id}/Check";
        using var answer = readsModel ? await client.PostAsync(path, path) : await client.GetAsync(path);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        return Check().Matches(await answer.Content.ReadAsStringAsync()).ToDictionary(match => WebUtility.HtmlDecode(match.Groups[1].Value), match => match.Groups[2].Value);
    }

    [GeneratedRegex("<h3>([^<]+)</h3> <span class=\"tag \\w+\">([^<]+)</span>")]
    private static partial Regex Check();
}
