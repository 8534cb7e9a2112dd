using Microsoft.ML.Runtime;
using Nulls.Evaluation.Corpora;
using Nulls.Evaluation.Suite;
using Nulls.MLNet;
using Nulls.MLNet.Persistence;
using Nulls.MLNet.Pipeline;

namespace Microsoft.ML;

/// <summary>Evaluation of natively unlearnable language models in an <see cref="MLContext"/>: of one model, or as a proof against retraining.</summary>
public static class NullsEvaluationCatalog
{
    private const string Forgotten = "forget";

    /// <summary>Asks a model what it knows, in the state that it is in: whole, with sources unlearned, routed.</summary>
    /// <param name="context">The context.</param>
    /// <param name="model">The model: a <see cref="NullsTransformer"/>, a chain with one inside, or what <c>ml.Model.Load</c> returns.</param>
    /// <param name="facts">The facts, one a row: <c>Prompt</c>, <c>Answer</c>, <c>Source</c> or <c>Sources</c>, and where given <c>Alternatives</c> and <c>Kind</c>.</param>
    /// <param name="options">The columns' names. Null, the default, takes the defaults.</param>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">There are no facts, one lacks its prompt, answer or source (the first are named), the model does not know a source (the first are named), or <paramref name="model"/> does not hold exactly one NULLs model.</exception>
    /// <exception cref="ObjectDisposedException">The model is disposed.</exception>
    /// <exception cref="OperationCanceledException">The token of the options was cancelled.</exception>
    /// <example>
    /// <code>
    /// using var forgetful = model.Unlearn("book-7");
    /// NullsMetrics metrics = ml.EvaluateNulls(forgetful, facts);
    /// Console.WriteLine(metrics.Unlearned.Accuracy.Value);
    /// </code>
    /// </example>
    public static NullsMetrics EvaluateNulls(this MLContext context, ITransformer model, IDataView facts, NullsEvaluationOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(model);
        ArgumentNullException.ThrowIfNull(facts);
        options ??= new NullsEvaluationOptions();
        options.Validate();
        if (ModelParts.Find(model) is not [var part, .. var others] || others.Count > 0)
            throw new ArgumentException($"One NULLs model is evaluated at a time, and this holds {ModelParts.Find(model).Count}: take the one that is meant out of the chain.", nameof(model));
        return KnownFacts.Measure(part, FactReader.Read(facts, options, nameof(facts)), options);
    }

    /// <summary>Proves on the user's own data how far unlearning is like never having learned: trains the NULLs model, what it is compared with, and what never saw the sources, and asks and attacks all of them.</summary>
    /// <param name="context">The context: its log, device and cancellation are used.</param>
    /// <param name="corpus">The corpus, a document a row, with text and source; rows with an empty source are general text.</param>
    /// <param name="facts">The facts, one a row, as in <see cref="EvaluateNulls"/>. Some must be stated by sources to forget alone, and have wrong answers.</param>
    /// <param name="forget">The keys of the sources to unlearn together.</param>
    /// <param name="options">Sizes, training, seeds, how much is run, and the folder that keeps what was computed. Null, the default, takes the defaults.</param>
    /// <returns>The report, to be written by <see cref="ProofReportWriter"/> as JSON, and as a page by <c>ProofPage</c> of the package Nulls.Reports.</returns>
    /// <remarks>The corpus is held in memory. Run again with the same folder, a proof that was stopped goes on; a claim that was missed is in the report, not an exception.</remarks>
    /// <exception cref="ArgumentOutOfRangeException">A column is missing or has another type.</exception>
    /// <exception cref="ArgumentException">There are no facts, one lacks its prompt, answer or source, or names a source that no document has (each is named); nothing is to be forgotten; or an option is outside its range.</exception>
    /// <exception cref="InvalidOperationException">The model never learned what it should forget, so that forgetting would be vacuous.</exception>
    /// <exception cref="IOException">The folder cannot be written, or another process proves in it.</exception>
    /// <exception cref="OperationCanceledException">The token of <see cref="NullsProofOptions.Nulls"/>, or the context, was cancelled; a cancelled context stays so.</exception>
    public static ProofReport ProveNulls(this MLContext context, IDataView corpus, IDataView facts, IEnumerable<string> forget, NullsProofOptions? options = null)
    {
        ArgumentNullException.ThrowIfNull(context);
        ArgumentNullException.ThrowIfNull(corpus);
        ArgumentNullException.ThrowIfNull(facts);
        ArgumentNullException.ThrowIfNull(forget);
        options ??= new NullsProofOptions();
        options.Nulls.Validate();
        options.Facts.Validate();
        ArgumentException.ThrowIfNullOrWhiteSpace(options.CorpusName);
        string[] sources = [.. forget.Distinct()];
        if (sources.Length == 0)
            throw new ArgumentException("There is nothing to forget: give the key of at least one source.", nameof(forget));

        var host = ((IHostEnvironment)context).Register(NullsEstimator.RegistrationName);
        MLNetInternals.ThrowIfCanceled(host);
        using var channel = host.Start("Proof");
        using var cancellation = new HostCancellation(host, options.Nulls.CancellationToken);
        try
        {
            var documents = DocumentReader.Read(corpus, options.Nulls.ToScoring(), nameof(corpus), cancellation.Token);
            var heldOut = options.HeldOut is null ? [] : DocumentReader.Read(options.HeldOut, options.Nulls.ToScoring(), nameof(options), cancellation.Token);
            var proven = new ProofCorpus
            {
                Name = options.CorpusName,
                Documents = [.. documents.Where(document => document.Source is not null)],
                GeneralTexts = [.. documents.Where(document => document.Source is null).Select(document => document.Text)],
                ForgetSets = [new ForgetSet(Forgotten, sources)],
                Probes = FactReader.Read(facts, options.Facts, nameof(facts)),
                HeldOut = [.. heldOut.Where(document => document.Source is not null)],
                GeneralHeldOut = [.. heldOut.Where(document => document.Source is null).Select(document => document.Text)],
                HasIndependentSentences = options.HasIndependentSentences,
            };
            var device = Devices.Choose(options.Nulls.Device, context, channel);
            var proof = options.Proof with { ForgetSet = Forgotten, Bundle = options.Nulls.ToBundle(device, seed: 0) with { WorkFolder = null } };
            return ProofSuite.Run(proven, proof, new ProofLog(channel, options.Progress), cancellation.Token);
        }
        catch (OperationCanceledException) when (!options.Nulls.CancellationToken.IsCancellationRequested)
        {
            MLNetInternals.ThrowIfCanceled(host);
            throw;
        }
    }
}
