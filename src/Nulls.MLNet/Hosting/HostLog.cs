using Microsoft.Extensions.Logging;
using Nulls.Unlearning;

namespace Nulls.MLNet.Hosting;

/// <summary>What a served model logs: names of models, digests, counts. Never a text, nor a source's key.</summary>
internal static partial class HostLog
{
    [LoggerMessage(1, LogLevel.Information, "Model '{Model}' serves {Digest}, with {UnlearnedCount} sources unlearned.")]
    public static partial void Serves(ILogger logger, string model, string digest, int unlearnedCount);

    [LoggerMessage(2, LogLevel.Critical, "Model '{Model}' could not be loaded ({Failure}).")]
    public static partial void NotLoaded(ILogger logger, string model, string failure);

    [LoggerMessage(3, LogLevel.Warning, "Model '{Model}' has no ledger: what is unlearned is forgotten when the process ends. Set LedgerPath or LedgerDatabase.")]
    public static partial void NoLedger(ILogger logger, string model);

    [LoggerMessage(4, LogLevel.Information, "Model '{Model}': {Action} of {SourceCount} sources is in force, as entry {Sequence}.")]
    public static partial void Ordered(ILogger logger, string model, LedgerAction action, int sourceCount, long? sequence);

    [LoggerMessage(5, LogLevel.Information, "Model '{Model}' obeys the ledger up to record {Count}, with {UnlearnedCount} sources unlearned.")]
    public static partial void CaughtUp(ILogger logger, string model, long count, int unlearnedCount);

    [LoggerMessage(6, LogLevel.Error, "Model '{Model}' cannot read its ledger ({Failure}). It goes on serving with what it read before.")]
    public static partial void LedgerLost(ILogger logger, string model, string failure);

    [LoggerMessage(7, LogLevel.Information, "Model '{Model}' reads its ledger again.")]
    public static partial void LedgerBack(ILogger logger, string model);

    [LoggerMessage(8, LogLevel.Error, "Model '{Model}' was not replaced ({Failure}). The earlier one goes on serving.")]
    public static partial void NotReplaced(ILogger logger, string model, string failure);

    [LoggerMessage(9, LogLevel.Error, "Model '{Model}': the erased model serves, but could not be written over the earlier one ({Failure}). It is tried again every minute, and whenever the model is loaded.")]
    public static partial void NotSaved(ILogger logger, string model, string failure);

    [LoggerMessage(10, LogLevel.Error, "Model '{Model}': what the ledger orders to be erased never runs, but its weights could not be erased ({Failure}).")]
    public static partial void NotErased(ILogger logger, string model, string failure);
}
