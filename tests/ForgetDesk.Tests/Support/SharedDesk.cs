namespace ForgetDesk.Tests.Support;

/// <summary>The tests that share the one desk.</summary>
[CollectionDefinition(Name)]
public sealed class SharedDesk : ICollectionFixture<DeskFixture>
{
    public const string Name = "desk";
}
