import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { App } from './app.js';
import { Boundary } from './ui/boundary.js';
import { queryClient } from './api/queries.js';
import './styles/tokens.css';
import './styles/base.css';
import './styles/frame.css';
import './styles/queue.css';
import './styles/list.css';
import './styles/detail.css';
import './styles/overlays.css';

const root = document.getElementById('root');
if (!root) throw new Error('The page has no element for the console.');
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <Boundary>
          <App />
        </Boundary>
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);
