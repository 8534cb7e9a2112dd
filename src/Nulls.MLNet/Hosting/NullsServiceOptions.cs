using System.Data.Common;
using Microsoft.Extensions.AI;
using Nulls.Inference;
using Nulls.Model;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>How a model is served. Checked when the application starts.</summary>
public sealed class NullsServiceOptions
{
    /// <summary>Gets or sets where the model is: a folder that <c>NullsBundle.Save</c> wrote, or a file of <c>ml.Model.Save</c> with one NULLs model in it. The default is null.</summary>
    /// <remarks>Exactly one of this, <see cref="OpenModel"/> and <see cref="LoadModel"/> is given, or this and <see cref="LoadModel"/>: then the model is made once, saved here as a folder, and loaded from here afterwards.</remarks>
    public string? ModelPath { get; set; }

    /// <summary>Gets or sets what opens a file of <c>ml.Model.Save</c> as a stream, once at each load. The default is null.</summary>
    public Func<Stream>? OpenModel { get; set; }

    /// <summary>Gets or sets what makes the model, for example by training it. With a <see cref="ModelPath"/>, it is called where no model is there. The default is null.</summary>
    /// <remarks>
    /// Where this is given, the model loads while the application starts and serves: see <see cref="INullsScorer.WaitUntilReadyAsync"/>.
    /// Without, it is loaded before the application has started. The service owns the bundle. A corpus that is trained on again must leave
    /// out what the ledger says is unlearned, and be hashed with the ledger's <c>Genesis.SourceSalt</c>.
    /// </remarks>
    public Func<IServiceProvider, CancellationToken, Task<NullsBundle>>? LoadModel { get; set; }

    /// <summary>Gets or sets the device to score on, such as <c>cpu</c>, <c>cuda</c> or <c>cuda:1</c>. The default is <c>cpu</c>. Not for what <see cref="LoadModel"/> makes.</summary>
    public string Device { get; set; } = "cpu";

    /// <summary>Gets or sets the precision to score in. The default is <see cref="Precision.Float32"/>. For folders alone: a file of ML.NET says it itself.</summary>
    public Precision ScoringPrecision { get; set; } = Precision.Float32;

    /// <summary>Gets or sets what runs for texts without sinks of their own. The default, null, is what the model was saved with.</summary>
    public SinkRouting? Routing { get; set; }

    /// <summary>Gets or sets the ledger's file. The default is null; with neither this nor <see cref="LedgerDatabase"/>, orders hold until the process ends.</summary>
    public string? LedgerPath { get; set; }

    /// <summary>Gets or sets the database that holds the ledger; it stays the caller's. The default is null.</summary>
    public Func<IServiceProvider, DbDataSource>? LedgerDatabase { get; set; }

    /// <summary>Gets or sets the ledger's name in the database. The default is <c>nulls</c>.</summary>
    public string LedgerName { get; set; } = "nulls";

    /// <summary>Gets or sets what gives the ledger's key; it stays the caller's. The default is null. A ledger needs this or <see cref="LedgerKeyPath"/>.</summary>
    public Func<IServiceProvider, LedgerKey>? LedgerKey { get; set; }

    /// <summary>Gets or sets the file of the ledger's key, which <c>LedgerKey.Create</c> wrote. The default is null.</summary>
    public string? LedgerKeyPath { get; set; }

    /// <summary>Gets or sets whether a ledger that is not there is made. The default is false, because a lost ledger would be forgotten with all that it says.</summary>
    public bool CreateLedger { get; set; }

    /// <summary>Gets or sets how often the ledger is looked at: with the time of one look, the bound within which orders of other instances are in force here. 1 ms to 1 hour; the default is 250 ms.</summary>
    public TimeSpan LedgerPollInterval { get; set; } = TimeSpan.FromMilliseconds(250);

    /// <summary>Gets or sets how long an order waits for the ledger's file or database, its turn included: after that it fails, and is not acknowledged. 10 ms to 1 hour; the default is 10 seconds.</summary>
    /// <remarks>A ledger that is slow delays the orders of its own model alone, and no answer. A look at the ledger is given up after the same time.</remarks>
    public TimeSpan LedgerTimeout { get; set; } = TimeSpan.FromSeconds(10);

    /// <summary>Gets or sets the most requests that are computed together. From 1; the default is 64.</summary>
    public int MaxBatchSize { get; set; } = 64;

    /// <summary>Gets or sets the most requests that wait in each of the queues: of scores, of completions, and, where an <see cref="ISourceRouter"/> of yours is asked, of texts to route. One more fails at once. From 1; the default is 1024.</summary>
    public int QueueCapacity { get; set; } = 1024;

    /// <summary>Gets or sets how texts are continued when a request does not say.</summary>
    public GenerationOptions Generation { get; set; } = new();

    /// <summary>Gets or sets whether answers name the sources whose sinks ran. The default is true.</summary>
    public bool ReportsSources { get; set; } = true;

    /// <summary>Gets or sets whether a newer model at <see cref="ModelPath"/> is loaded and served by itself. The default is false. It is looked for as often as the ledger, and loaded once it has stayed the same between two looks.</summary>
    public bool WatchForChanges { get; set; }

    /// <summary>Gets or sets the digest that a loaded model must have: <c>sha256:</c> and 64 hexadecimal digits. The default, null, takes any.</summary>
    /// <remarks>Erasing gives new weights, and so another digest: take the new one from the receipt.</remarks>
    public string? ExpectedDigest { get; set; }

    /// <summary>Gets or sets how a chat becomes the text that the model continues. The default joins the messages' texts, a line each.</summary>
    public Func<IEnumerable<ChatMessage>, string> ChatTemplate { get; set; } = messages => string.Join('\n', messages.Select(message => message.Text));
}
