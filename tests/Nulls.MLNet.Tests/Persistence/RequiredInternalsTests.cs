using System.Reflection;
using System.Reflection.Emit;
using Microsoft.ML;
using Nulls.MLNet.Persistence;

namespace Nulls.MLNet.Tests.Persistence;

public class RequiredInternalsTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    private static readonly Dictionary<short, OpCode> CodesByValue = typeof(OpCodes)
        .GetFields(BindingFlags.Public | BindingFlags.Static).Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

    private static readonly IReadOnlyList<(MethodBase User, MemberInfo Used)> InternalUses =
    [
        .. from type in typeof(NullsTransformer).Assembly.GetTypes()
           from method in type.GetMembers(Declared).OfType<MethodBase>()
           from used in Uses(method)
           where used.Module.Assembly.GetName().Name!.StartsWith("Microsoft.ML", StringComparison.Ordinal) && !IsPublic(used)
           select (method, used),
    ];

    [Fact]
    public void This_version_of_ML_NET_has_them_all() => RequiredInternals.Verify();

    [Fact]
    public void The_version_that_the_message_names_is_the_one_that_is_built_against() =>
        Assert.StartsWith(RequiredInternals.BuiltFor, RequiredInternals.LoadedVersion, StringComparison.Ordinal);

    [Fact]
    public void One_that_is_missing_is_named_with_what_to_do()
    {
        var members = RequiredInternals.Members.Append((typeof(ITransformer).Assembly, "Microsoft.ML.ModelSaveContext", "SaveSparseStream"));

        var missing = RequiredInternals.FindMissing(members);

        Assert.Equal("Microsoft.ML.ModelSaveContext.SaveSparseStream", missing);
        Assert.Contains("built for Microsoft.ML 5.0.1", RequiredInternals.Describe(missing!), StringComparison.Ordinal);
        Assert.Contains("NullsBundle.Save", RequiredInternals.Describe(missing!), StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_that_is_missing_is_named() =>
        Assert.Equal("Microsoft.ML.Gone.Member", RequiredInternals.FindMissing([(typeof(ITransformer).Assembly, "Microsoft.ML.Gone", "Member")]));

    [Fact]
    public void Only_the_persistence_folder_uses_what_ML_NET_keeps_internal()
    {
        Assert.NotEmpty(InternalUses);
        Assert.DoesNotContain(InternalUses, use => Outermost(use.User.DeclaringType!).Namespace != "Nulls.MLNet.Persistence");
    }

    [Fact]
    public void The_list_is_what_the_code_uses()
    {
        var used = InternalUses.Select(use => $"{use.Used.DeclaringType!.FullName}.{use.Used.Name}").Distinct().Order();

        // An attribute is used without a call.
        var listed = RequiredInternals.Members.Select(member => $"{member.Type}.{member.Member}").Where(name => !name.StartsWith("Microsoft.ML.LoadableClass", StringComparison.Ordinal)).Order();

        Assert.Equal(listed, used);
    }

    private static IEnumerable<MemberInfo> Uses(MethodBase method)
    {
        var code = method.GetMethodBody()?.GetILAsByteArray() ?? [];
        var typeArguments = method.DeclaringType is { IsGenericType: true } type ? type.GetGenericArguments() : null;
        var methodArguments = method.IsGenericMethod ? method.GetGenericArguments() : null;
        for (var at = 0; at < code.Length;)
        {
            // Two-byte codes begin with FE.
            var value = code[at] == 0xFE ? (short)(0xFE00 | code[at + 1]) : code[at];
            var opCode = CodesByValue[value];
            at += opCode.Size;
            if (opCode.OperandType is OperandType.InlineMethod or OperandType.InlineField or OperandType.InlineTok && method.Module.ResolveMember(BitConverter.ToInt32(code, at), typeArguments, methodArguments) is { } member)
                yield return member;
            at += opCode.OperandType switch
            {
                OperandType.InlineNone => 0,
                OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar => 1,
                OperandType.InlineVar => 2,
                OperandType.InlineI8 or OperandType.InlineR => 8,
                OperandType.InlineSwitch => 4 + 4 * BitConverter.ToInt32(code, at),
                _ => 4,
            };
        }
    }

    private static bool IsPublic(MemberInfo member) => member switch
    {
        Type type => type.IsVisible,
        MethodBase method => (method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly) && method.DeclaringType!.IsVisible,
        FieldInfo field => (field.IsPublic || field.IsFamily || field.IsFamilyOrAssembly) && field.DeclaringType!.IsVisible,
        _ => throw new NotSupportedException($"A token named {member}."),
    };

    private static Type Outermost(Type type) => type.DeclaringType is { } outer ? Outermost(outer) : type;
}
