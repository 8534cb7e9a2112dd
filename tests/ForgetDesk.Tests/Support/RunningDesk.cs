using ForgetDesk.Model;
using ForgetDesk.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Nulls.MLNet.Hosting;
using Nulls.Unlearning;

namespace ForgetDesk.Tests.Support;

/// <summary>The application, on a free port of the loopback.</summary>
internal sealed class RunningDesk : IAsyncDisposable
{
    public const string Password = "correct horse battery staple";
    private static readonly LedgerRequest Request = new() { Actor = "officer", ReasonCode = "consent-withdrawn", LegalBasis = "GDPR Art. 17(1)(b)" };
    private static readonly string PasswordHash = Passwords.Hash(Password);
    private readonly WebApplication _app;

    private RunningDesk(WebApplication app) => _app = app;

    public Uri Address => new(_app.Urls.First());

    public Opening Opening => Get<Opening>();

    public Desk Desk => Get<Desk>();

    public Library Library => Get<Library>();

    /// <summary>Gets how many records the ledger has.</summary>
    public long LedgerCount => Get<IUnlearningService>().Ledger!.State.Head.Count; // The desk has one.

    /// <summary>Gives an order as an officer's page does.</summary>
    public async Task<LedgerEntry> OrderAsync(LedgerAction action, int index) => (await Get<Orders>().GiveAsync(action, index, Request)).Entry;

    /// <summary>Asks as the page does.</summary>
    public Task<Exchange> AskAsync(string question, string? source = null) => Desk.AskAsync(question, source, CancellationToken.None);

    /// <summary>Starts it; it trains or loads in the background.</summary>
    public static async Task<RunningDesk> StartAsync(string folder, params string[] more)
    {
        var app = DeskApplication.Create(
        [
            "--urls=http://127.0.0.1:0", "--environment=Production", $"--Desk:Folder={folder}", "--Desk:Size=Tiny",
            "--Desk:RequestsPerMinute=100000", "--Desk:SignInsPerMinute=1000", "--Logging:LogLevel:Default=None", "--Logging:LogLevel:Microsoft=None",
            "--Desk:Users:0:Name=reader", "--Desk:Users:0:Role=Reader", $"--Desk:Users:0:PasswordHash={PasswordHash}",
            "--Desk:Users:1:Name=officer", "--Desk:Users:1:Role=Officer", $"--Desk:Users:1:PasswordHash={PasswordHash}",
            .. more,
        ]);
        await app.StartAsync();
        return new RunningDesk(app);
    }

    /// <summary>Waits until the desk is open.</summary>
    public async Task UntilOpenAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromMinutes(3));
        while (!Opening.IsReady)
        {
            if (Opening.Failure is { } failure)
                throw new InvalidOperationException(failure);
            await Task.Delay(50, limit.Token);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync();
        await _app.DisposeAsync();
    }

    private T Get<T>() where T : notnull => _app.Services.GetRequiredService<T>();
}
