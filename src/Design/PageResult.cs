using Madang.Design.Layout;
using Microsoft.AspNetCore.Components;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Madang.Design;

/// <summary>A page without a route of its own, answered by an endpoint: for one that exists only under some setting.</summary>
public static class PageResult
{
    /// <summary>The component within the layout and the document around it.</summary>
    /// <typeparam name="TComponent">What stands on the page.</typeparam>
    /// <param name="parameters">The component's parameters.</param>
    public static IResult Of<TComponent>(IReadOnlyDictionary<string, object?> parameters)
        where TComponent : IComponent
    {
        RenderFragment body = builder =>
        {
            builder.OpenComponent<TComponent>(0);
            foreach (var (name, value) in parameters)
                builder.AddComponentParameter(1, name, value);
            builder.CloseComponent();
        };
        return new RazorComponentResult<AppDocument>(new Dictionary<string, object?> { [nameof(AppDocument.Body)] = body });
    }
}
