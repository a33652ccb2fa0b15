const {Explainer}=await import('/work/h/mend/dist-tools/src/explain/index.js');
for (const f of process.argv.slice(2)) { try { const e=await Explainer.open({model:f,layers:['last'],probe:false}); const l=e.layers[0]; console.log(f.split('/').pop(), l.resolvedLayer, l.tensor, JSON.stringify(l.grid), e.warnings.join('|').slice(0,100)); } catch(x){console.log(f, x.message.slice(0,300))} }
