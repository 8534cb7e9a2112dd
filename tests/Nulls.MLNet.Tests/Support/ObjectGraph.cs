using System.Reflection;

namespace Nulls.MLNet.Tests.Support;

/// <summary>What an object holds, fields of fields.</summary>
internal static class ObjectGraph
{
    /// <summary>Finds every text that can be reached from an object.</summary>
    public static IEnumerable<string> Texts(object root)
    {
        var seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        var open = new Stack<object>([root]);
        while (open.TryPop(out var next))
        {
            if (next is string text)
            {
                yield return text;
                continue;
            }

            var type = next.GetType();
            if (type.IsPrimitive || type.IsPointer || next is MemberInfo or Delegate || (!type.IsValueType && !seen.Add(next)))
                continue;
            var held = next is Array items ? items.Cast<object?>() : Fields(type).Select(field => field.GetValue(next));
            foreach (var inner in held.OfType<object>())
                open.Push(inner);
        }
    }

    private static IEnumerable<FieldInfo> Fields(Type type)
    {
        for (var level = type; level is not null; level = level.BaseType)
        {
            foreach (var field in level.GetFields(BindingFlags.Instance | BindingFlags.NonPublic | BindingFlags.Public | BindingFlags.DeclaredOnly).Where(field => !field.FieldType.IsPointer && !field.FieldType.IsByRefLike))
                yield return field;
        }
    }
}
