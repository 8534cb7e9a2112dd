using Microsoft.Extensions.Options;
using Nulls.Inference;
using Nulls.Model;

namespace Nulls.MLNet.Hosting;

/// <summary>Says in sentences all that is wrong with the options of a served model.</summary>
/// <param name="name">The model's name; options of others are not looked at.</param>
internal sealed class NullsServiceOptionsValidation(string name) : IValidateOptions<NullsServiceOptions>
{
    private static readonly TimeSpan LongestInterval = TimeSpan.FromHours(1);

    public ValidateOptionsResult Validate(string? model, NullsServiceOptions options)
    {
        if (model != name)
            return ValidateOptionsResult.Skip;

        string[] failures = [.. Failures(options)];
        return failures.Length == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }

    private IEnumerable<string> Failures(NullsServiceOptions options)
    {
        var model = name.Length == 0 ? "AddNulls" : $"AddNulls(\"{name}\")";
        var origins = (options.ModelPath is null && options.LoadModel is null ? 0 : 1) + (options.OpenModel is null ? 0 : 1);
        if (origins != 1)
            yield return $"{model}: a model comes from one place, but {(origins == 0 ? "none" : "OpenModel and another")} of ModelPath, OpenModel and LoadModel is given. Give exactly one, or ModelPath with LoadModel, which makes the model where there is none.";
        if (options.ModelPath is not null && string.IsNullOrWhiteSpace(options.ModelPath))
            yield return $"{model}: ModelPath is empty. Name a folder that NullsBundle.Save wrote, or a file of ml.Model.Save.";
        if (string.IsNullOrWhiteSpace(options.Device))
            yield return $"{model}: Device is empty. Name one, such as cpu or cuda.";
        if (!Enum.IsDefined(options.ScoringPrecision))
            yield return $"{model}: ScoringPrecision must be Auto, Float32 or BFloat16, but is {options.ScoringPrecision}.";
        if (options.Routing is { } routing && !Enum.IsDefined(routing))
            yield return $"{model}: Routing must be Backbone, NearestSources or Placebo, but is {routing}.";
        if (options.LedgerPath is not null && options.LedgerDatabase is not null)
            yield return $"{model}: a ledger is a file or in a database, but both LedgerPath and LedgerDatabase are given. Give one.";
        var hasLedger = options.LedgerPath is not null || options.LedgerDatabase is not null;
        var keys = (options.LedgerKey is null ? 0 : 1) + (options.LedgerKeyPath is null ? 0 : 1);
        if (hasLedger && keys != 1)
            yield return $"{model}: a ledger is written under one key, but {keys} of LedgerKey and LedgerKeyPath are given. Give exactly one; LedgerKey.Create makes a key.";
        if (!hasLedger && (keys > 0 || options.CreateLedger))
            yield return $"{model}: there is a ledger's key, or CreateLedger is true, but no ledger. Give LedgerPath or LedgerDatabase.";
        if (!(options.LedgerPollInterval >= TimeSpan.FromMilliseconds(1) && options.LedgerPollInterval <= LongestInterval))
            yield return $"{model}: LedgerPollInterval must be from 1 ms to 1 hour, but is {options.LedgerPollInterval}.";
        if (!(options.LedgerTimeout >= TimeSpan.FromMilliseconds(10) && options.LedgerTimeout <= LongestInterval))
            yield return $"{model}: LedgerTimeout must be from 10 ms to 1 hour, but is {options.LedgerTimeout}.";
        if (options.MaxBatchSize < 1)
            yield return $"{model}: MaxBatchSize must be 1 or more, but is {options.MaxBatchSize}.";
        if (options.QueueCapacity < 1)
            yield return $"{model}: QueueCapacity must be 1 or more, but is {options.QueueCapacity}.";
        if (options.WatchForChanges && options.ModelPath is null)
            yield return $"{model}: WatchForChanges looks at ModelPath, which is not given. Give it, or call ReplaceModelAsync when there is another model.";
        if (options.ChatTemplate is null)
            yield return $"{model}: ChatTemplate is null. Leave the default, or say how a chat becomes a text.";
        if (FailureOf(options.Generation) is { } failure)
            yield return $"{model}: Generation: {failure}";
    }

    private static string? FailureOf(GenerationOptions? generation)
    {
        if (generation is null)
            return "it is null. Leave the default, or say how texts are continued.";
        try
        {
            generation.Validate();
            return null;
        }
        catch (ArgumentException exception)
        {
            return exception.Message;
        }
    }
}
